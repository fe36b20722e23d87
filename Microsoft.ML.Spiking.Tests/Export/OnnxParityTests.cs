using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Tests.Scoring;

namespace Microsoft.ML.Spiking.Tests.Export;

/// <summary>
/// Exported networks in ONNX Runtime against managed scoring, on 1,000 rows each: scores agree to 1e-4 and labels are
/// equal, except in rows where rounding flips a spike at the threshold, which are counted. Deep networks score fewer
/// rows, unless the environment variable SPIKING_LONG_TESTS is set.
/// </summary>
[TestClass]
public sealed class OnnxParityTests
{
    private const int Rows = 1_000;
    private const int RowsOfDeepNetworks = 60;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("SPIKING_LONG_TESTS") is { Length: > 0 };

    public static IEnumerable<object[]> Neurons =>
    [
        [new ClifNeuron()],
        [new ClifNeuron { MembraneTimeConstant = 1.5, Threshold = 0.7, DecayInput = true }],
        [new ClifNeuron { ResetPotential = -0.1, Threshold = 0.8 }],
        [new LifNeuron()],
        [new LifNeuron { ResetPotential = 0.2, DecayInput = true, Threshold = 0.6 }],
        [new PlifNeuron()],
        [new PlifNeuron { ResetPotential = -0.3 }],
        [new KlifNeuron()],
        [new KlifNeuron { ScaleReset = true, Threshold = 0.5 }],
        [new KlifNeuron { ScaleReset = true, ResetPotential = -0.2 }],
        [new IfNeuron { Threshold = 1.3 }],
        [new IfNeuron { ResetPotential = 0.1 }],
    ];

    public static IEnumerable<object[]> Presets =>
    [
        [new ConvNet(), Bindings.Image(1, 12, dropout: 0.2), Rows],
        [new ConvNet(5, 17, 40), Bindings.Image(3, 9) with { HasTimeAxis = true, TimeSteps = 7 }, Rows],
        [new SpikingResNet(18), Bindings.Image(3, 8, dropout: 0.1), RowsOfDeepNetworks],
        [new SpikingResNet(50), Bindings.Image(2, 5, neuron: new LifNeuron()), RowsOfDeepNetworks],
        [new SpikingVgg(11), Bindings.Image(1, 32), RowsOfDeepNetworks],
        [new Snn5(), Bindings.Image(3, 16, dropout: 0.1), RowsOfDeepNetworks],
        [new VggSnn(), Bindings.Image(2, 16) with { HasTimeAxis = true, TimeSteps = 3 }, RowsOfDeepNetworks],
    ];

    public static IEnumerable<object[]> Inputs =>
    [
        [Bindings.Of([7]) with { InputNormalization = new FeatureNormalization(), TimeSteps = 4 }],
        [Bindings.Of([7]) with { InputNormalization = new RootMeanSquareNormalization(), TimeSteps = 1 }],
        [Bindings.Of([7]) with { InputNormalization = new ChannelNormalization(), HasTimeAxis = true, TimeSteps = 5 }],
        [Bindings.Of([7]) with { Fields = [1, 3, 2, 1, 8, 2, 2], TimeSteps = 4 }],
        [Bindings.Of([7]) with { Fields = [.. Enumerable.Repeat(2, 11)], TimeSteps = 4,
            Trees = new("trees", 7, 2, [0, 6, 3, 3, 1, 2, 4, 5]) }],
        [Bindings.Of([7]) with { Encoder = new LatencyEncoder(), TimeSteps = 6 }],
        [Bindings.Of([7]) with { Encoder = new LatencyEncoder(), TimeSteps = 1 }],
        [Bindings.Image(3, 4) with { InputNormalization = new ChannelNormalization() }],
        [Bindings.Image(3, 4) with { PixelOrder = PixelOrder.Interleaved, TimeSteps = 3 }],
        [Bindings.Image(2, 4) with { PixelOrder = PixelOrder.Interleaved, HasTimeAxis = true, TimeSteps = 3 }],
        [Bindings.Of([5], neuron: new ReluNeuron()) with { TimeSteps = 1 }],
        [Bindings.Of([5], neuron: new FirstSpikeNeuron { Window = 0.4 }) with { TimeSteps = 1 }],
        [Bindings.Of([5], neuron: new FirstSpikeNeuron { Window = 0.8, ClockBits = 3 }) with { TimeSteps = 1 }],
        [Bindings.Of([5], neuron: new BurstNeuron { Threshold = 0.4, MaximumSpikes = 3 }) with { TimeSteps = 1 }],
        [Bindings.Of([5], neuron: new BurstNeuron { Threshold = 0.1 }) with { HasTimeAxis = true, TimeSteps = 4 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Score_EveryNeuronAndReset_AgreesWithManagedScoring(object neuron)
    {
        NetworkDefinition network = new Mlp(40, 30).Bind(
            Bindings.Of([12], neuron: (NeuronDefinition)neuron) with { TimeSteps = 5 });

        AssertAgrees(network, RandomNetwork.Weights(network, 3), mostFlipped: 10);
    }

    [TestMethod]
    [DynamicData(nameof(Presets))]
    public void Score_EveryPreset_AgreesWithManagedScoring(object template, object binding, int rows)
    {
        NetworkDefinition network = ((NetworkTemplate)template).Bind((NetworkBinding)binding);
        NetworkWeights weights = SettledWeights.Of(network, RandomNetwork.Weights(network, 3),
            [.. Enumerable.Range(0, 8).Select(pass => RandomNetwork.Rows(4, network.InputSize, 10 + pass))]);

        // Deep networks have up to a million spikes in a row.
        (int count, int share) = (IsLong ? Rows : rows, rows == Rows ? 100 : 10);
        AssertAgrees(network, weights, mostFlipped: count / share, count);
    }

    [TestMethod]
    [DynamicData(nameof(Inputs))]
    public void Score_EveryEncoderNormalizationAndLayout_AgreesWithManagedScoring(object binding)
    {
        var bound = (NetworkBinding)binding;
        NetworkTemplate template = bound.InputShape.Count == 1 ? new Mlp(20) : new ConvNet(6);
        NetworkDefinition network = template.Bind(bound);

        AssertAgrees(network, RandomNetwork.Weights(network, 5), mostFlipped: 10);
    }

    [TestMethod]
    public void Score_LayersComposedByHand_AgreesWithManagedScoring()
    {
        NetworkDefinition network = new NetworkBuilder()
            .Convolution(12, kernel: 3, groups: 3).MaxPool(2).Neuron().AdaptiveAveragePool(2)
            .Residual(main => main.Convolution(12, kernel: 1).BatchNorm().Neuron(), shortcut => shortcut.BatchNorm())
            .Flatten().Linear(20).BatchNorm().Neuron().Build()
            .Bind(Bindings.Image(3, 9));

        AssertAgrees(network, RandomNetwork.Weights(network, 7), mostFlipped: 10);
    }

    [TestMethod]
    public void Score_TrainedConvNet_AgreesWithManagedScoringInEveryLabel()
    {
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(Patterns(120, seed: 1));
        SpikingPredictionTransformer model = Flowers.Fit(ml, data, options =>
        {
            options.Network = new ConvNet(8, 12);
            options.InputShape = [1, 8, 8];
            options.TimeSteps = 4;
            options.Epochs = 6;
        });
        List<Pattern> others = Patterns(Rows, seed: 2);

        (int flipped, _) = Compare(
            model.Model.Network, model.Model.Weights, [.. others.SelectMany(pattern => pattern.Features)]);

        Assert.IsLessThanOrEqualTo(10, flipped);
        using var stream = new MemoryStream();
        model.ExportToOnnx(stream);
        using var onnx = new OnnxScorer(stream.ToArray());
        (_, uint[] keys) = onnx.Score([.. others.SelectMany(pattern => pattern.Features)], 64);
        Assert.AreSequenceEqual(
            model.Transform(ml.Data.LoadFromEnumerable(others)).GetColumn<uint>("PredictedLabel").ToArray(), keys);
        int right = keys.Zip(others).Count(pair => pair.First == pair.Second.Label + 1);
        Assert.IsGreaterThan(Rows * 8 / 10, right, "The network has learned nothing, so there is nothing to compare.");
    }

    /// <summary>
    /// Windows of different sizes, one residual with a constant path and one without, a maximum at the end.
    /// </summary>
    [TestMethod]
    public void Score_UnusualLayers_AgreesWithManagedScoring()
    {
        NetworkDefinition network = new([2, 7, 5], 4, new DirectEncoder(),
        [
            new ResidualLayer("mixed", [new NeuronLayer("n", new LifNeuron { Threshold = 0.3 })],
                [new BatchNormLayer("norm", 2)]),
            new AdaptiveAveragePoolLayer("uneven", new Extent(3, 4)),
            new NeuronLayer("n2", new IfNeuron { Threshold = 0.4 }),
            new MaxPoolLayer("max", 3, 2, 1),
            new FlattenLayer("flat"), new LinearLayer("out", 8, 3),
        ], classCount: 3);

        AssertAgrees(network, RandomNetwork.Weights(network, 9), mostFlipped: 10);
    }

    [TestMethod]
    public void Score_RandomDefinitions_AgreeWithManagedScoring()
    {
        int networks = 0;
        for (int seed = 0; networks < 40; seed++)
        {
            if (RandomDefinitions.Create(seed) is { Encoder: not PoissonEncoder } network)
            {
                networks++;
                NetworkWeights weights = RandomNetwork.Weights(network, seed);
                (int flipped, _) = Compare(network, weights, RandomNetwork.Rows(25, network.InputSize, seed));
                Assert.IsLessThanOrEqualTo(1, flipped, $"seed {seed}");
            }
        }
    }

    /// <summary>Images of three kinds: brighter on top, at the bottom, or in the middle.</summary>
    private static List<Pattern> Patterns(int count, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new Pattern
            {
                Label = (uint)(i % 3),
                Features = [.. Enumerable.Range(0, 64).Select(pixel =>
                    (float)(random.NextDouble() + (pixel / 22 == i % 3 ? 1 : 0)))],
            }),
        ];
    }

    private static void AssertAgrees(
        NetworkDefinition network, NetworkWeights weights, int mostFlipped, int rows = Rows)
    {
        (int flipped, int different) =
            Compare(network, weights, RandomNetwork.Rows(rows, network.InputSize, 4));

        Console.WriteLine($"{flipped} of {rows} rows with a flipped spike");
        Assert.IsGreaterThan(1, different, "all rows fire alike: nothing is tested");
        Assert.IsLessThanOrEqualTo(mostFlipped, flipped);
    }

    /// <summary>Returns the rows that differ by more than 1e-4; the labels of all others must be equal.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="features">The rows.</param>
    /// <param name="file">Its file; null for one in float32.</param>
    internal static (int Flipped, int Different) Compare(
        NetworkDefinition network, NetworkWeights weights, float[] features, byte[]? file = null)
    {
        using var managed = new ManagedScorer(network, weights);
        using var onnx = new OnnxScorer(file ?? OnnxScorer.Export(network, weights));
        int rows = features.Length / network.InputSize, flipped = 0;
        float[] expected = new float[rows * network.ClassCount];
        managed.Score(features, rows, expected);
        // Rows are in the order of the feature column.
        (float[] actual, uint[] keys) = onnx.Score(AsFeatures(network, features), network.InputSize);

        Assert.HasCount(expected.Length, actual);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> mine = expected.AsSpan(row * network.ClassCount, network.ClassCount);
            ReadOnlySpan<float> theirs = actual.AsSpan(row * network.ClassCount, network.ClassCount);
            Assert.AreEqual(ScoreValues.PredictedKey(theirs), keys[row], $"row {row}");
            if (Distance(mine, theirs) > 1e-4)
            {
                flipped++;
            }
            else if (ScoreValues.PredictedKey(mine) != keys[row])
            {
                // Only if two classes are equally likely.
                Assert.IsLessThan(1e-4f, mine.ToArray().Max() - mine[(int)keys[row] - 1], $"row {row}");
            }
        }
        return (flipped, expected.Chunk(network.ClassCount).Select(row => row[0]).Distinct().Count());
    }

    private static double Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double largest = 0;
        for (int i = 0; i < left.Length; i++)
        {
            double distance = Math.Abs(left[i] - right[i]);
            largest = distance <= largest ? largest : distance; // NaN counts
        }
        return double.IsNaN(largest) ? double.PositiveInfinity : largest;
    }

    /// <summary>Returns the rows in the order of the feature column: channels last, if the network says so.</summary>
    private static float[] AsFeatures(NetworkDefinition network, float[] rows)
    {
        if (network.PixelOrder == PixelOrder.Planar)
        {
            return rows;
        }
        int channels = network.InputShape[0], pixels = network.InputShape[1] * network.InputShape[2];
        return
        [
            .. rows.Chunk(channels * pixels).SelectMany(image =>
                Enumerable.Range(0, image.Length).Select(i => image[(i % channels * pixels) + (i / channels)])),
        ];
    }

    private sealed class Pattern
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(64)]
        public float[] Features { get; set; } = [];
    }
}
