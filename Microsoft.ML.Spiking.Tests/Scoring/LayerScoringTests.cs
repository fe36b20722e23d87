using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>Every layer, before and after neurons, at every vector width.</summary>
[TestClass]
public sealed class LayerScoringTests
{
    private const int Rows = 5;
    private const int Classes = 3;

    // [2, 9, 8]: neither square nor a multiple of any vector width.
    private static readonly int[] Shape = [2, 9, 8];

    public static IEnumerable<object[]> Networks =>
    [
        ["convolution", Image(Conv("c", 2, 21), Neuron("n"), Conv("d", 21, 70), Neuron("m"))],
        ["convolution of stride and padding", Image(Conv("c", 2, 16, new(3, 2), new(2, 3), new(1, 2)), Neuron("n"),
            Conv("d", 16, 5, new(5, 3), new(3, 1), new(2, 0)), Neuron("m"))],
        ["padding wider than the kernel",
            Image(Conv("c", 2, 6, 2, 1, 3), Neuron("n"), Conv("d", 6, 5, 2, 2, 3), Neuron("m"))],
        ["convolution in groups", Image(Conv("c", 2, 24, groups: 2), Neuron("n"), Conv("d", 24, 40, groups: 4),
            Neuron("m"),
            Conv("e", 40, 40, groups: 40), Neuron("o"))],
        ["convolution without bias", Image(Conv("c", 2, 20, bias: false), Neuron("n"), Conv("d", 20, 9, bias: false),
            Neuron("m"))],
        ["1x1 convolution", Image(Conv("c", 2, 64, 1, 1, 0), Neuron("n"), Conv("d", 64, 64, 1, 2, 0), Neuron("m"))],
        ["batch norm to fold", Image(Conv("c", 2, 20), Norm("a", 20), Neuron("n"), Conv("d", 20, 30),
            new DropoutLayer("p", 0.5),
            Norm("b", 30), Norm("b2", 30), Neuron("m"))],
        ["batch norm on its own", Image(Norm("a", 2), Neuron("n"), Norm("b", 2), Conv("d", 2, 70), Neuron("m"),
            Norm("e", 70),
            Neuron("o"))],
        ["batch norm behind a pooling",
            Image(Conv("c", 2, 65), new AveragePoolLayer("p", 2, 2), Norm("a", 65), Neuron("n"))],
        ["average pooling", Image(new AveragePoolLayer("p", 2, 1), Conv("c", 2, 18), Neuron("n"),
            new AveragePoolLayer("q", new(3, 2), new(2, 3)), Conv("d", 18, 16), Neuron("m"))],
        ["max pooling", Image(new MaxPoolLayer("p", 3, 1, 1), Conv("c", 2, 18), Neuron("n"),
            new MaxPoolLayer("q", new(3, 2), 2, new(1, 0)), Conv("d", 18, 16), Neuron("m"),
                new MaxPoolLayer("r", 2, 2, 0))],
        ["max pooling of graded values",
            Image(Conv("c", 2, 18), Neuron("n"), Conv("d", 18, 33), new MaxPoolLayer("p", 2, 2, 1),
            Neuron("m"))],
        ["adaptive average pooling", Image(new AdaptiveAveragePoolLayer("p", new(12, 5)), Conv("c", 2, 18), Neuron("n"),
            new AdaptiveAveragePoolLayer("q", new(4, 7)), Conv("d", 18, 16), Neuron("m"),
                new AdaptiveAveragePoolLayer("r", 1))],
        ["residual", Image(Conv("c", 2, 20), Neuron("n"),
            new ResidualLayer("r", [Conv("d", 20, 20), Neuron("m"), Conv("e", 20, 20)], []),
            Norm("a", 20), Neuron("o"))],
        ["residual with a shortcut", Image(Conv("c", 2, 20), Neuron("n"),
            new ResidualLayer("r", [Conv("d", 20, 30, 3, 2), Norm("a", 30), Neuron("m")],
                [Conv("e", 20, 30, 1, 2, 0), Norm("b", 30)]),
            Neuron("o"))],
        ["nested residuals", Image(Conv("c", 2, 20), Neuron("n"), new ResidualLayer("r",
            [new ResidualLayer("s", [new DropoutLayer("p", 0.5)], []), new ResidualLayer("t", [Conv("d", 20, 20)], []),
                Neuron("m")],
            []), Neuron("o"))],
        ["residual of the row", Image(new ResidualLayer("r", [new DropoutLayer("p", 0.5)], []),
            new ResidualLayer("s", [Conv("c", 2, 2), Neuron("n")], []),
            new ResidualLayer("t", [new DropoutLayer("q", 0.5)], [Conv("d", 2, 2)]), Neuron("m"))],
        ["residual with one constant path", Image(
            new ResidualLayer("r", [Conv("c", 2, 20)], [Conv("d", 2, 20), Neuron("n")]), Neuron("m"),
            new ResidualLayer("s", [Conv("e", 20, 4)], [Conv("f", 20, 4)]))],
        ["neurons and vectors first", Image(Neuron("n"), new FlattenLayer("f1"), new LinearLayer("l", 144, 40),
            Norm("a", 40), Neuron("m"),
            new ResidualLayer("r", [new LinearLayer("k", 40, 40), Neuron("o")], []), Neuron("p"))],
        ["layers of vectors behind an image",
            Image(Conv("c", 2, 5), Neuron("n"), new FlattenLayer("f1"), Norm("a", 360), Neuron("m"),
            new ResidualLayer("r", [new LinearLayer("k", 360, 360), Neuron("o")], []), Neuron("p"))],
        ["all constant", Image(Conv("c", 2, 20), Norm("a", 20), new AveragePoolLayer("p", 2, 2))],
        ["receptive fields", Image(new FlattenLayer("f1"),
            new PopulationLayer("p", [.. Enumerable.Range(0, 144).Select(i => 1 + (i % 3))]),
            new LinearLayer("l", 288, 40), Neuron("n"), new PopulationLayer("q", [.. Enumerable.Repeat(2, 40)]))],
        ["leaves of trees", Image(new FlattenLayer("f1"),
            new TreeLayer("t", 144, 2, [.. Enumerable.Range(0, 80).Select(i => (i * 7) % 144)]),
            new LinearLayer("l", 184, 40), Neuron("n"), new TreeLayer("u", 40, 1, [0, 39, 5]),
            new LinearLayer("m", 43, 40))],
        ["affine before all", Image(new AffineLayer("input", 1), new AffineLayer("each", 2), Conv("c", 2, 20),
            new AffineLayer("x", 1),
            Neuron("n"))],
    ];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Score_EveryWidth_AgreesWithDoubleReference(string name, object layers)
    {
        VectorWidth[] widths = Enum.GetValues<VectorWidth>();
        int flipped =
            ScoreComparison.CountDifferences(
                Define((Layer[])layers, timeSteps: 4, hasTimeAxis: false), widths, Rows) +
            ScoreComparison.CountDifferences(
                Define((Layer[])layers, timeSteps: 8, hasTimeAxis: true), widths, Rows);
        // Rounding may flip a spike, which then shows at every width.
        Assert.IsLessThanOrEqualTo(widths.Length, flipped, name);
    }

    [TestMethod]
    public void Score_ImageThatIsTheOutput_LeavesInTheOrderOfTheDefinition()
    {
        Layer[] layers = [Conv("c", 2, 2, new(3, 4), 1, 0), Neuron("n"), Conv("d", 2, 3, new(6, 3), 1, 0),
            new FlattenLayer("f")];
        NetworkDefinition definition = RandomNetwork.Define(4, Shape, 3 * 2 * 3, layers);
        Assert.AreEqual(0, ScoreComparison.CountDifferences(definition, VectorWidth.Auto, Rows));
        NetworkDefinition neuronLast = RandomNetwork.Define(4, Shape, 3 * 2 * 3, [.. layers, Neuron("m")]);
        Assert.AreEqual(0, ScoreComparison.CountDifferences(neuronLast, VectorWidth.Auto, Rows));
    }

    [TestMethod]
    public void Score_ImagesAloneOrTogetherOrOnOtherThreads_SameBits()
    {
        NetworkDefinition definition = Residual();
        using var scorer = new ManagedScorer(definition, RandomNetwork.Weights(definition, 1));
        const int rows = 40;
        int length = definition.InputSize;
        float[] features = RandomNetwork.Rows(rows, length, 2);
        float[] together = new float[rows * Classes], alone = new float[rows * Classes],
            parallel = new float[rows * Classes];
        scorer.Score(features, rows, together);
        for (int row = rows - 1; row >= 0; row--)
        {
            scorer.Score(features.AsSpan(row * length, length), 1, alone.AsSpan(row * Classes, Classes));
        }
        Parallel.For(0, rows,
            row => scorer.Score(features.AsSpan(row * length, length), 1, parallel.AsSpan(row * Classes, Classes)));
        Assert.AreSequenceEqual(together, alone);
        Assert.AreSequenceEqual(together, parallel);
    }

    [TestMethod]
    public void Score_ImagesInSteadyState_AllocatesNothingAndLeavesTheRow()
    {
        NetworkDefinition definition = Residual();
        using var scorer = new ManagedScorer(definition, RandomNetwork.Weights(definition, 1));
        float[] features = RandomNetwork.Rows(1, definition.InputSize, 2), scores = new float[Classes];
        float[] before = [.. features];
        scorer.Score(features, 1, scores);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            scorer.Score(features, 1, scores);
        }
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
        Assert.AreSequenceEqual(before, features);
    }

    private static NetworkDefinition Residual() => Define(
        [
            new ResidualLayer("r", [new DropoutLayer("p", 0.5)], []), Conv("c", 2, 20), Norm("a", 20), Neuron("n"),
            new ResidualLayer("s", [Conv("d", 20, 20), Neuron("m"), Conv("e", 20, 20)], []),
                new MaxPoolLayer("q", 2, 2, 0),
            Norm("b", 20), Neuron("o"),
        ], timeSteps: 6, hasTimeAxis: false);

    private static NetworkDefinition Define(Layer[] layers, int timeSteps, bool hasTimeAxis)
    {
        var input = new Signal(Shape, SignalKind.Graded);
        Signal end = layers.Aggregate(input, (signal, layer) => layer.Infer(signal));
        Layer[] all = [.. layers, new FlattenLayer("flatten"), new LinearLayer("output", end.Size, Classes)];
        return new(Shape, timeSteps, new DirectEncoder(), all, Classes, hasTimeAxis);
    }

    private static Layer[] Image(params Layer[] layers) => layers;

    private static ConvolutionLayer Conv(string name, int inputs, int outputs, Extent? kernel = null,
        Extent? stride = null,
        Extent? padding = null, int groups = 1, bool bias = true) =>
        new(name, inputs, outputs, kernel ?? 3, stride ?? 1, padding ?? 1, groups, bias);

    private static BatchNormLayer Norm(string name, int channels) => new(name, channels);

    private static NeuronLayer Neuron(string name) => new(name, new ClifNeuron());
}
