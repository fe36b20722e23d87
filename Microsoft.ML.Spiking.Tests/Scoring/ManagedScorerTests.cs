using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;


namespace Microsoft.ML.Spiking.Tests.Scoring;

[TestClass]
public sealed class ManagedScorerTests
{
    public static IEnumerable<object[]> Neurons =>
    [
        [new ClifNeuron()], [new LifNeuron { ResetPotential = -0.08 }], [new PlifNeuron { DecayInput = true }],
        [new KlifNeuron { ScaleReset = true }], [new IfNeuron()], [new ReluNeuron()],
    ];

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Score_RandomNetworks_AgreesWithDoubleReference(object neuron)
    {
        int rows = 0, flipped = 0;
        foreach ((int timeSteps, int inputs, int first, int second, int classes) in new[]
            { (1, 5, 39, 21, 2), (4, 33, 70, 65, 10), (6, 40, 129, 31, 3), (7, 17, 64, 64, 5), (13, 20, 30, 80, 17) })
        {
            NetworkDefinition definition = TwoHidden((NeuronDefinition)neuron, timeSteps, inputs, first, second,
                classes);
            foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
            {
                flipped += ScoreComparison.CountDifferences(definition, width, 20);
                rows += 20;
            }
        }
        // Rounding may flip a spike and change the rest of the row: this is rare, and counted.
        Assert.IsLessThanOrEqualTo(rows / 100, flipped);
    }

    [TestMethod]
    public void Score_UnusualOrders_AgreesWithDoubleReference()
    {
        NeuronDefinition neuron = new ClifNeuron();
        Layer[][] networks =
        [
            [new LinearLayer("only", 9, 4)],
            [new NeuronLayer("n", neuron), new LinearLayer("out", 9, 4)],
            [new LinearLayer("a", 9, 4), new NeuronLayer("n", neuron)],
            [new LinearLayer("a", 9, 20, hasBias: false), new LinearLayer("b", 20, 40), new NeuronLayer("n", neuron),
                new LinearLayer("c", 40, 30), new DropoutLayer("d", 0.5), new LinearLayer("e", 30, 4)],
            [new NeuronLayer("n1", neuron), new NeuronLayer("n2", neuron), new DropoutLayer("d", 0.5),
                new LinearLayer("out", 9, 4)],
        ];
        foreach (Layer[] layers in networks)
        {
            Assert.AreEqual(0,
                ScoreComparison.CountDifferences(RandomNetwork.Define(6, 9, 4, layers), VectorWidth.Auto, 50));
        }
    }

    [TestMethod]
    [DataRow(6, 100, 70)]
    [DataRow(6, 300, 500)] // large enough for rows to go through the layers together
    [DataRow(13, 500, 300)]
    public void Score_RowAloneOrInBatchOrOnAnotherThread_SameBits(int timeSteps, int first, int second)
    {
        NetworkDefinition definition = TwoHidden(new ClifNeuron(), timeSteps, 40, first, second, 10);
        using var scorer = new ManagedScorer(definition, RandomNetwork.Weights(definition, 1));
        const int rows = 61;
        float[] features = RandomNetwork.Rows(rows, 40, 2);
        float[] together = new float[rows * 10], alone = new float[rows * 10], parallel = new float[rows * 10];
        scorer.Score(features, rows, together);
        for (int row = 0; row < rows; row++)
        {
            scorer.Score(features.AsSpan(row * 40, 40), 1, alone.AsSpan(row * 10, 10));
        }
        Parallel.For(0, rows, row => scorer.Score(features.AsSpan(row * 40, 40), 1, parallel.AsSpan(row * 10, 10)));
        Assert.IsGreaterThan(rows / 2, together.Distinct().Count());
        Assert.AreSequenceEqual(together, alone);
        Assert.AreSequenceEqual(together, parallel);
    }

    [TestMethod]
    public void Score_ValuesThatAreNotFinite_GiveNaNInTheirRowsOnly()
    {
        NetworkDefinition definition = TwoHidden(new ClifNeuron(), 4, 21, 30, 30, 3);
        using var scorer = new ManagedScorer(definition, RandomNetwork.Weights(definition, 1));
        float[] features = RandomNetwork.Rows(4, 21, 2);
        features[21 + 20] = float.NaN;
        features[(3 * 21) + 2] = float.NegativeInfinity;
        float[] scores = new float[4 * 3];
        scorer.Score(features, 4, scores);
        for (int i = 0; i < scores.Length; i++)
        {
            Assert.AreEqual(i / 3 is 1 or 3, float.IsNaN(scores[i]));
        }
        Assert.AreEqual(1, scores[..3].Sum(), 1e-5);
    }

    [TestMethod]
    public void Score_HugeLogits_StaysFinite()
    {
        NetworkDefinition definition = RandomNetwork.Define(2, 1, 3, new LinearLayer("out", 1, 3));
        using var scorer = new ManagedScorer(definition, new NetworkWeights(definition,
            [new("out.weight", [3, 1], [1000f, 2000f, -3000f]), new("out.bias", [3], [0f, 0f, 0f])]));
        float[] scores = new float[3];
        scorer.Score([1f], 1, scores);
        Assert.AreSequenceEqual(new[] { 0f, 1f, 0f }, scores);
    }

    [TestMethod]
    public void Score_SteadyState_AllocatesNothing()
    {
        NetworkDefinition definition = TwoHidden(new ClifNeuron(), 6, 40, 100, 70, 10);
        using var scorer = new ManagedScorer(definition, RandomNetwork.Weights(definition, 1));
        float[] features = RandomNetwork.Rows(1, 40, 2), scores = new float[10];
        scorer.Score(features, 1, scores);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            scorer.Score(features, 1, scores);
        }
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Score_NoRows_DoesNothing()
    {
        NetworkDefinition definition = TwoHidden(new LifNeuron(), 2, 4, 5, 6, 3);
        using var scorer = new ManagedScorer(definition, RandomNetwork.Weights(definition, 1));
        scorer.Score([], 0, []);
        Assert.AreEqual(4, scorer.FeatureCount);
        Assert.AreEqual(3, scorer.ClassCount);
    }

    [TestMethod]
    public void Score_ArraysTooShort_Throws()
    {
        NetworkDefinition definition = TwoHidden(new LifNeuron(), 2, 4, 5, 6, 3);
        using var scorer = new ManagedScorer(definition, RandomNetwork.Weights(definition, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => scorer.Score(new float[7], 2, new float[6]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => scorer.Score(new float[8], 2, new float[5]));
    }

    [TestMethod]
    public void Score_AfterDispose_Throws()
    {
        NetworkDefinition definition = TwoHidden(new LifNeuron(), 2, 4, 5, 6, 3);
        var scorer = new ManagedScorer(definition, RandomNetwork.Weights(definition, 1));
        scorer.Dispose();
        scorer.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => scorer.Score(new float[4], 1, new float[3]));
    }

    [TestMethod]
    public void Constructor_UnknownLayerOrNeuron_NamesIt()
    {
        NetworkDefinition layer = RandomNetwork.Define(2, 3, 3, new StrangeLayer("odd"));
        Assert.Contains("'odd': StrangeLayer", Assert.ThrowsExactly<NotSupportedException>(
            () => new ManagedScorer(layer, RandomNetwork.Weights(layer, 1))).Message);
        NetworkDefinition neuron = RandomNetwork.Define(2, 3, 3, new NeuronLayer("n1", new StrangeNeuron()));
        Assert.Contains("'n1': No kernel exists for the neuron StrangeNeuron",
            Assert.ThrowsExactly<NotSupportedException>(
            () => new ManagedScorer(neuron, RandomNetwork.Weights(neuron, 1))).Message);
    }

    private static NetworkDefinition TwoHidden(
        NeuronDefinition neuron, int timeSteps, int inputs, int first, int second, int classes) =>
        RandomNetwork.Define(timeSteps, inputs, classes,
            new LinearLayer("fc1", inputs, first), new NeuronLayer("neuron1", neuron),
            new LinearLayer("fc2", first, second), new NeuronLayer("neuron2", neuron), new DropoutLayer("drop", 0.2),
            new LinearLayer("output", second, classes));

    private sealed class StrangeLayer(string Called) : Layer(Called)
    {
        private protected override Signal OutputFor(Signal input) => input;
    }

    private sealed record StrangeNeuron : NeuronDefinition
    {
        internal override IEnumerable<string> Faults() => [];
    }
}
