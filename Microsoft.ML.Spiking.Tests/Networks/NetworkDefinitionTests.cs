using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Tests.Networks;

[TestClass]
public sealed class NetworkDefinitionTests
{
    [TestMethod]
    public void Parameters_NestedResidualLayers_ComeInOrder()
    {
        NetworkDefinition network = Define(
            new ConvolutionLayer("a", 1, 2, 1, 1, 0, hasBias: false),
            new ResidualLayer("r",
                [
                    new ConvolutionLayer("b", 2, 2, 1, 1, 0, hasBias: false),
                    new ResidualLayer("inner", [new NeuronLayer("n", new PlifNeuron())], []),
                ],
                [new ConvolutionLayer("c", 2, 2, 1, 1, 0, hasBias: false)]),
            new FlattenLayer("flat"),
            new LinearLayer("d", 32, 2, hasBias: false));

        Assert.AreSequenceEqual(
            ["a.weight", "b.weight", "n.w", "c.weight", "d.weight"],
            network.Parameters.Select(spec => spec.Name).ToArray());
        Assert.AreSequenceEqual(
            ["a", "r", "b", "inner", "n", "c", "flat", "d"], network.AllLayers.Select(layer => layer.Name).ToArray());
    }

    [TestMethod]
    public void Create_NameUsedInAndOutsideOfABlock_IsRefused()
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(() => Define(
            new FlattenLayer("first"),
            new FlattenLayer("twin"),
            new ResidualLayer("r", [new LinearLayer("twin", 16, 16)], []),
            new LinearLayer("output", 16, 2))).Message;

        Assert.AreEqual("The layer at index 0 is named 'twin'; names must be unique, not empty, and of at most 128 " +
            "characters.", message);
    }

    [TestMethod]
    public void Create_NullInsideABlock_IsRefused() => Assert.AreEqual("The layer at index 1 is null.",
        Assert.ThrowsExactly<NetworkDefinitionException>(() => Define(new FlattenLayer("flat"),
            new ResidualLayer("r", [new FlattenLayer("f"), null!], []), new LinearLayer("output", 16, 2))).Message);

    [TestMethod]
    public void Create_ImageAtTheEnd_IsRefused() =>
        Assert.AreEqual("The network ends in [2, 1, 1] Constant, but 2 classes need a vector of 2 values.",
            Assert.ThrowsExactly<NetworkDefinitionException>(
                () => Define(new ConvolutionLayer("c", 1, 2, 4, 1, 0))).Message);

    public static IEnumerable<(Func<NetworkDefinition> Define, string Sentence)> Faults =>
    [
        (() => Of([0]), "The input shape [0] is not possible; it needs 1 to 8 lengths, each at least 1."),
        (() => Of([]), "The input shape [] is not possible; it needs 1 to 8 lengths, each at least 1."),
        (() => Of([4], timeSteps: 0), "0 time steps are not possible; 1 to 1,000 are."),
        (() => Of([4], classes: 1), "1 classes are not possible; 2 to 1,048,576 are."),
        (() => Of([4], hasTimeAxis: true, encoder: new PoissonEncoder()),
            "Rows that bring their own time steps need the DirectEncoder, not a PoissonEncoder."),
        (() => Of([4], order: PixelOrder.Interleaved), "The pixel order Interleaved is not possible with the input " +
            "shape [4]; only images, [channels, height, width], have one."),
        (() => Of([1, 2, 2], order: (PixelOrder)7), "The pixel order 7 is not possible with the input shape " +
            "[1, 2, 2]; only images, [channels, height, width], have one."),
        (() => Of([4], encoder: new PoissonEncoder { Rate = 1.1 }),
            "PoissonEncoder.Rate is 1.1; it must be greater than 0 and at most 1."),
        (() => Of([4], name: ""), Named("")),
        (() => Of([4], name: null!), Named("")),
    ];

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void Create_ValueOutOfRange_IsOneSentence(Func<NetworkDefinition> define, string sentence) =>
        Assert.AreEqual(sentence, Assert.ThrowsExactly<NetworkDefinitionException>(() => define()).Message);

    [TestMethod]
    public void Create_Null_IsRefused()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => new NetworkDefinition(null!, 1, new DirectEncoder(), [], 2));
        Assert.ThrowsExactly<ArgumentNullException>(() => new NetworkDefinition([4], 1, null!, [], 2));
        Assert.ThrowsExactly<ArgumentNullException>(() => new NetworkDefinition([4], 1, new DirectEncoder(), null!, 2));
        Assert.ThrowsExactly<ArgumentNullException>(() => new ResidualLayer("r", null!, []));
        Assert.ThrowsExactly<ArgumentNullException>(() => new ResidualLayer("r", [], null!));
    }

    [TestMethod]
    public void FeatureShape_OfInterleavedImages_HasTheChannelsLast()
    {
        NetworkDefinition planar = Of([2, 3, 5]), interleaved = Of([2, 3, 5], order: PixelOrder.Interleaved);
        NetworkDefinition frames = Of([2, 3, 5], hasTimeAxis: true, order: PixelOrder.Interleaved, timeSteps: 7);

        Assert.AreSequenceEqual([2, 3, 5], planar.FeatureShape.ToArray());
        Assert.AreSequenceEqual([3, 5, 2], interleaved.FeatureShape.ToArray());
        Assert.AreSequenceEqual([7, 3, 5, 2], frames.FeatureShape.ToArray());
        Assert.AreSequenceEqual([7, 2, 3, 5], frames.RowShape.ToArray());
        Assert.AreEqual((30, 210), (planar.InputSize, frames.InputSize));
    }

    [TestMethod]
    public void InputSignal_OfEncoders_IsWhatTheyGive()
    {
        Assert.AreEqual((SignalKind.Constant, 1), Kind(Of([4], timeSteps: 3)));
        Assert.AreEqual((SignalKind.Spikes, 3), Kind(Of([4], timeSteps: 3, encoder: new LatencyEncoder())));
        Assert.AreEqual((SignalKind.Graded, 3), Kind(Of([4], timeSteps: 3, hasTimeAxis: true)));
        Assert.AreEqual("[4] Constant", Of([4]).InputSignal.ToString());

        static (SignalKind, int) Kind(NetworkDefinition network) =>
            (network.InputSignal.Kind, network.InputSignal.StepsOf(network.TimeSteps));
    }

    private static string Named(string name) =>
        $"The layer at index 0 is named '{name}'; names must be unique, not empty, and of at most 128 characters.";

    private static NetworkDefinition Of(int[] shape, int timeSteps = 1, int classes = 2, bool hasTimeAxis = false,
        InputEncoder? encoder = null, PixelOrder order = PixelOrder.Planar, string name = "flat") =>
        new(shape, timeSteps, encoder ?? new DirectEncoder(), [new FlattenLayer(name),
            new LinearLayer("output", shape.Aggregate(1, (product, length) => product * length), classes)], classes,
            hasTimeAxis, order);

    [TestMethod]
    public void Create_TimeAxis_IsPartOfTheRowAndNothingIsConstant()
    {
        var network = new NetworkDefinition([2, 3, 3], timeSteps: 5, new DirectEncoder(),
            [new FlattenLayer("flat"), new LinearLayer("output", 18, 2)], classCount: 2, hasTimeAxis: true);

        Assert.AreSequenceEqual([5, 2, 3, 3], network.RowShape.ToArray());
        Assert.AreEqual(90, network.InputSize);
        Assert.AreEqual(SignalKind.Graded, network.InputSignal.Kind);
        Assert.AreEqual(18, network.InputSignal.Size);
    }

    private static NetworkDefinition Define(params Layer[] layers) => new([1, 4, 4], 2, new DirectEncoder(), layers, 2);
}
