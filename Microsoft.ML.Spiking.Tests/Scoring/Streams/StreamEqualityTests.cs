using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Tests.Networks;

namespace Microsoft.ML.Spiking.Tests.Scoring.Streams;

/// <summary>A stream's scores after T steps are those of the whole row, bit by bit.</summary>
[TestClass]
public sealed class StreamEqualityTests
{
    private const int Rows = 4;

    public static IEnumerable<object[]> Neurons =>
        from neuron in new NeuronDefinition[]
        {
            new ClifNeuron(), new ClifNeuron { Threshold = 0.3 }, new LifNeuron(),
            new LifNeuron { ResetPotential = -0.08 }, new LifNeuron { ResetPotential = 0 },
            new PlifNeuron { DecayInput = true }, new KlifNeuron { ScaleReset = true }, new KlifNeuron(),
            new IfNeuron(), new IfNeuron { ResetPotential = 0 }, new ReluNeuron(),
            new FirstSpikeNeuron { Window = 0.3, ClockBits = 3 }, new BurstNeuron { Threshold = 0.3 },
        }
        from steps in new[] { 1, 2, 7, 23 }
        select new object[] { neuron, steps };

    public static IEnumerable<object[]> Presets =>
    [
        [new Mlp(30, 21), Bindings.Of([17])],
        [new Mlp(700, 400), Bindings.Of([90])], // linear layers that take several steps at once
        [new ConvNet(5, 17, 40), Bindings.Image(3, 9)],
        [new SpikingResNet(18), Bindings.Image(3, 8, dropout: 0.1)],
        [new SpikingResNet(50), Bindings.Image(2, 5, neuron: new IfNeuron { Threshold = 0.3 })],
        [new SpikingVgg(11), Bindings.Image(3, 32)],
        [new Snn5(), Bindings.Image(3, 20, dropout: 0.1)],
        [new VggSnn(), Bindings.Image(2, 16)],
        [
            new NetworkBuilder().Convolution(12, kernel: 3, groups: 3).MaxPool(2).Neuron().AdaptiveAveragePool(2)
                .Residual(
                    main => main.Convolution(12, kernel: 1).BatchNorm().Neuron(), shortcut => shortcut.BatchNorm())
                .Flatten().Linear(20).BatchNorm().Neuron().Build(),
            Bindings.Image(3, 9),
        ],
        [new NetworkBuilder().Neuron().AveragePool(2).Neuron().Residual(main => main.BatchNorm()).Flatten().Build(),
            Bindings.Image(2, 6, neuron: new IfNeuron { Threshold = 0.2 })],
        [new NetworkBuilder().Linear(9).Build(), Bindings.Of([6])],
        [new ConvNet(5, 6), Bindings.Image(3, 9) with { PixelOrder = PixelOrder.Interleaved }],
    ];

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Push_EachNeuron_GivesTheScoresOfTheRow(object neuron, int steps) => AssertEqual(new NetworkDefinition(
        [2, 6, 6], steps, new DirectEncoder(),
        [
            new ConvolutionLayer("c", 2, 19, new Extent(3, 3), new Extent(1, 1), new Extent(1, 1)),
            new NeuronLayer("n1", (NeuronDefinition)neuron),
            new AveragePoolLayer("p", new Extent(2, 2), new Extent(2, 2)),
            new FlattenLayer("f"),
            new LinearLayer("l", 19 * 9, 37),
            new NeuronLayer("n2", (NeuronDefinition)neuron),
            new LinearLayer("out", 37, 3),
        ],
        // Sums of values that are not spikes saturate the softmax.
        3, hasTimeAxis: true), mustDiffer: neuron is not (ReluNeuron or FirstSpikeNeuron));

    [TestMethod]
    [DynamicData(nameof(Presets))]
    public void Push_EachPreset_GivesTheScoresOfTheRow(object template, object binding) => AssertEqual(
        ((NetworkTemplate)template).Bind((NetworkBinding)binding with { HasTimeAxis = true, TimeSteps = 5 }),
        mustDiffer: template is not SpikingResNet, isSettled: true); // a residual network of random weights saturates

    [TestMethod]
    public void Push_RandomNetworks_GivesTheScoresOfTheRow()
    {
        int compared = 0;
        for (int seed = 0; compared < 60; seed++)
        {
            if (RandomDefinitions.Create(seed) is { HasTimeAxis: true } definition)
            {
                AssertEqual(definition, mustDiffer: false);
                compared++;
            }
        }
    }

    [TestMethod]
    public void Push_StreamsByTurns_KeepTheirStates()
    {
        NetworkDefinition definition = new ConvNet(6).Bind(Bindings.Image(2, 8) with
        {
            HasTimeAxis = true,
            TimeSteps = 6,
        });
        SpikingModelParameters model = Model(definition);
        float[][] rows = [.. RandomNetwork.Rows(20, definition.InputSize, 4).Chunk(definition.InputSize)];
        SpikingStream[] streams = [.. rows.Select(_ => model.CreateStream())];

        for (int t = 0; t < 6; t++)
        {
            Parallel.For(0, rows.Length, i => streams[i].Push(Step(rows[i], streams[i], t)));
        }

        for (int i = 0; i < rows.Length; i++)
        {
            Assert.AreSequenceEqual(Score(model, rows[i]), streams[i].Scores.ToArray());
        }
    }

    internal static SpikingModelParameters Model(NetworkDefinition definition) =>
        new(definition, RandomNetwork.Weights(definition, 3));

    private static SpikingModelParameters SettledModel(NetworkDefinition definition) =>
        new(definition, SettledWeights.Of(definition, RandomNetwork.Weights(definition, 3),
            [.. Enumerable.Range(0, 4).Select(pass => RandomNetwork.Rows(4, definition.InputSize, 10 + pass))]));

    internal static float[] Score(SpikingModelParameters model, float[] row)
    {
        float[] scores = new float[model.Network.ClassCount];
        model.Scorer.Score(row, 1, scores);
        return scores;
    }

    internal static ReadOnlySpan<float> Step(float[] row, SpikingStream stream, int step) =>
        row.AsSpan(step * stream.ValueCount, stream.ValueCount);

    private static void AssertEqual(NetworkDefinition definition, bool mustDiffer = true, bool isSettled = false)
    {
        SpikingModelParameters model = isSettled ? SettledModel(definition) : Model(definition);
        SpikingStream stream = model.CreateStream();
        float[][] rows = [.. RandomNetwork.Rows(Rows, definition.InputSize, 4).Chunk(definition.InputSize)];
        var first = new HashSet<float>();
        foreach (float[] row in rows)
        {
            StreamStep result = default;
            for (int t = 0; t < definition.TimeSteps; t++)
            {
                result = stream.Push(InRowOrder(row, definition, t));
                Assert.AreEqual(t + 1, result.Step);
            }
            float[] expected = Score(model, row);
            Assert.AreSequenceEqual(expected, stream.Scores.ToArray());
            Assert.IsTrue(result.IsDecision);
            Assert.AreEqual(expected.Max(), result.Probability);
            first.Add(expected[0]);
        }
        Assert.IsGreaterThan(mustDiffer ? 1 : 0, first.Count, "no row fires differently from another");
    }

    // The scorer below takes rows in the network's order; a stream takes them as its user has them.
    private static float[] InRowOrder(float[] row, NetworkDefinition definition, int step)
    {
        float[] values = row.AsSpan(step * row.Length / definition.TimeSteps, row.Length / definition.TimeSteps)
            .ToArray();
        if (definition.PixelOrder == PixelOrder.Planar)
        {
            return values;
        }
        int channels = definition.InputShape[0], plane = values.Length / channels;
        return [.. Enumerable.Range(0, values.Length).Select(i => values[(i % channels * plane) + (i / channels)])];
    }
}
