using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training.Loop;

/// <summary>
/// Networks whose neurons are silent or saturated: one warning that names the first such layer, else none.
/// </summary>
[TestClass]
public sealed class FiringWatchTests
{
    private const int Side = 8;

    private static readonly IReadOnlyList<int> Vector = [Toy.Features];

    private static readonly (string Case, string Layer, NetworkDefinition Network, ArrayRowSource Rows)[] Silent =
    [
        ("a threshold of 20", "neuron1", Toy.Network(new ClifNeuron { Threshold = 20 }), Toy.Rows(200)),
        ("Poisson spikes of negative values", "neuron1", Bound(new Mlp(24), new PoissonEncoder()), Points(-1)),
        ("Poisson spikes of negative values, batch normalization", "neuron1",
            Bound(new NetworkBuilder().Linear(32).BatchNorm().Neuron().Build(), new PoissonEncoder()), Points(-1)),
        ("four convolutions without batch normalization", "neuron2", FourConvolutions(), Images()),
        ("twenty layers", "neuron2", Bound(new Mlp([.. Enumerable.Repeat(24, 20)])), Toy.Rows(200)),
        ("one value of -9999 among values of 1e-3", "neuron1", Bound(new Mlp(24)), Points(1e-3f, outlier: -9999)),
    ];

    private static readonly (string Case, ArrayRowSource Rows, TrainingSettings Settings)[] Alive =
    [
        ("a network that fires from the start", Toy.Rows(200), Toy.Settings),
        ("a network that starts quiet and recovers", Points(0.3f), Toy.Settings with { Epochs = 10 }),
        ("a network that fires and does not learn", Toy.Rows(200), Toy.Settings with { LearningRate = 1e-9 }),
    ];

    public static IEnumerable<string> SilentCases => Silent.Select(of => of.Case);

    [TestMethod]
    [DynamicData(nameof(SilentCases))]
    public void Run_SilentLayer_WarnsOnceByName(string name)
    {
        (_, string layer, NetworkDefinition network, ArrayRowSource rows) = Silent.Single(of => of.Case == name);
        foreach ((int epochs, int warned) in new[] { (8, FiringWatch.EarlyEpoch), (2, 2) })
        {
            int epoch = 0;
            var observer = new RecordingObserver { OnEpoch = metrics => epoch = metrics.Epoch };
            Toy.Train(Toy.Settings with { Epochs = epochs }, rows, observer: observer, network: network);
            string warning = Assert.ContainsSingle(
                observer.Warnings.Where(text => text.StartsWith("Layer", StringComparison.Ordinal)), name);
            Assert.StartsWith($"Layer '{layer}' is silent: ", warning);
            Assert.Contains($" in epoch {warned}, ", warning);
        }
    }

    [TestMethod]
    public void Run_FinishedTrainingResumed_DoesNotWarnAgain()
    {
        using var folder = new TemporaryFolder();
        TrainingSettings settings = Toy.Settings with { Epochs = 2, CheckpointFolder = folder.Path };
        NetworkDefinition network = Toy.Network(new ClifNeuron { Threshold = 20 });
        var first = new RecordingObserver();
        var second = new RecordingObserver();
        Toy.Train(settings, observer: first, network: network);
        Toy.Train(settings, observer: second, network: network);
        Assert.HasCount(1, first.Warnings);
        Assert.IsEmpty(second.Warnings);
    }

    [TestMethod]
    public void Run_SaturatedLayer_WarnsOnceByName()
    {
        // The biases alone are far above or below the threshold, so the rows make no difference.
        NetworkDefinition network = Toy.Network(new IfNeuron { Threshold = 1e-6 }, hidden: 2);
        var weights =
            new NetworkWeights(network, network.Parameters.Select(spec => new WeightArray(spec.Name, spec.Shape,
            [.. Enumerable.Repeat(spec.Name == "fc1.bias" ? 1e6f : 0f, (int)spec.Size)])));
        var observer = new RecordingObserver();
        Toy.Train(observer: observer, network: network, initial: weights);
        Assert.StartsWith("Layer 'neuron1' is saturated: 1 spikes", Assert.ContainsSingle(observer.Warnings));
    }

    [TestMethod]
    public void Run_ReluWithoutZeros_IsNotSaturated()
    {
        NetworkDefinition network = Toy.Network(new ReluNeuron(), hidden: 2);
        var weights =
            new NetworkWeights(network, network.Parameters.Select(spec => new WeightArray(spec.Name, spec.Shape,
            [.. Enumerable.Repeat(spec.Name == "fc1.bias" ? 1e3f : 0f, (int)spec.Size)])));
        var observer = new RecordingObserver();
        Toy.Train(Toy.Settings with { LearningRate = 1e-12 }, observer: observer, network: network, initial: weights);
        Assert.IsEmpty(observer.Warnings);
    }

    public static IEnumerable<string> AliveCases => Alive.Select(of => of.Case);

    [TestMethod]
    [DynamicData(nameof(AliveCases))]
    public void Run_LayersFireOrRecover_NoWarning(string name)
    {
        (_, ArrayRowSource rows, TrainingSettings settings) = Alive.Single(of => of.Case == name);
        var observer = new RecordingObserver();
        Toy.Train(settings, rows, observer: observer);
        Assert.IsEmpty(observer.Warnings, name);
    }

    [TestMethod]
    public void Run_QuietNetworkThatRecovers_WasQuiet()
    {
        var observer = new RecordingObserver();
        Toy.Train(Toy.Settings with { Epochs = 10 }, Points(0.3f), observer: observer);
        Assert.IsLessThan(0.005, observer.Epochs[0].FiringRates[0].Value); // else the case above would prove nothing
        Assert.IsGreaterThan(0.9, observer.Epochs[^1].Accuracy);
    }

    [TestMethod]
    public void EpochFinished_LayerDiesLater_WarnsAtTheEnd()
    {
        var observer = new RecordingObserver();
        var watch = new FiringWatch(Toy.Network(), [70, 70, 60], observer);
        List<EpochMetrics> history = [];
        foreach (double rate in new[] { 0.1, 0.1, 0.1, 0, 0 })
        {
            history.Add(new()
            {
                Epoch = history.Count + 1,
                Accuracy = rate == 0 ? 0.35 : 0.9,
                FiringRates = [new("neuron1", rate)],
            });
            watch.EpochFinished(history);
        }
        Assert.IsEmpty(observer.Warnings);
        watch.TrainingFinished(history[^1]);
        watch.TrainingFinished(history[^1]);
        Assert.StartsWith("Layer 'neuron1' is silent: 0 spikes", Assert.ContainsSingle(observer.Warnings));
    }

    private static NetworkDefinition Bound(NetworkTemplate template, InputEncoder? encoder = null) =>
        template.Bind(Bindings.Of(Vector) with { Encoder = encoder ?? new DirectEncoder(), TimeSteps = 4 });

    private static NetworkDefinition FourConvolutions()
    {
        var builder = new NetworkBuilder();
        for (int i = 0; i < 4; i++)
        {
            builder.Convolution(8, kernel: 3, padding: 1).Neuron();
        }
        return builder.Flatten().Build().Bind(Bindings.Image(1, Side) with { TimeSteps = 4 });
    }

    private static ArrayRowSource Points(float factor, float? outlier = null)
    {
        (float[][] rows, int[] labels) = Toy.Points(200);
        foreach (float[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = factor < 0 ? -MathF.Abs(row[i]) : factor * row[i];
            }
        }
        rows[17][3] = outlier ?? rows[17][3];
        return new(rows, labels);
    }

    private static ArrayRowSource Images()
    {
        (float[][] rows, int[] labels) = Toy.Points(200);
        return new([.. rows.Select(row => Enumerable.Repeat(row, Side).SelectMany(line => line).ToArray())], labels);
    }
}
