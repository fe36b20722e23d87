using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Networks;

/// <summary>A custom network is checked where it is built, if its input shape is given there.</summary>
[TestClass]
public sealed class NetworkBuilderTests
{
    public static IEnumerable<(string Sentence, NetworkBuilder Builder, int[] Shape)> Faults =>
    [
        ("Layer 'conv2': a kernel of 5x5 with stride 1x1 and padding 0x0 does not fit on [4, 4, 4] Graded; the " +
            "image is too small for the network's strides.",
            Small().Convolution(4, 5), [3, 8, 8]),
        ("Layer 'conv1': 3 input and 4 output channels do not fall into 2 groups.",
            New().Convolution(4, 3, groups: 2), [3, 8, 8]),
        ("Layer 'conv1': a stride of 0x0 is not possible; it must be at least 1x1.",
            New().Convolution(4, 3, stride: 0), [3, 8, 8]),
        ("Layer 'conv1': a padding of -1x-1 is not possible; it must be at least 0x0.",
            New().Convolution(4, 3, padding: -1), [3, 8, 8]),
        ("Layer 'conv2': expects an image, [channels, height, width], and is given [64] Graded.",
            Small().Flatten().Convolution(4, 1), [3, 8, 8]),
        ("Layer 'conv1': expects an image, [channels, height, width], and is given [192] Constant. The features " +
            "have the shape [192]; where they are images, say so with the options' InputShape, as in [1, 28, 28].",
            New().Convolution(4, 3), [192]),
        ("Layer 'fc1': expects a vector of 192 values and is given [3, 8, 8] Constant.", New().Linear(5), [3, 8, 8]),
        ("Layer 'fc2': 5 inputs and 0 outputs are not possible; both must be at least 1.",
            New().Linear(5).Neuron().Linear(0), [20]),
        ("Layer 'norm1': expects 8 channels, [8] or [8, height, width], and is given [8, 8] Constant.",
            New().BatchNorm(), [8, 8]),
        ("Layer 'neuron1': ClifNeuron.MembraneTimeConstant is 0; it must be greater than 1 (in time steps) and " +
            "finite in float32.",
            New().Neuron(new ClifNeuron { MembraneTimeConstant = 0 }), [3, 8, 8]),
        ("Layer 'pool2': a window of 5x5 with stride 5x5 and padding 0x0 does not fit on [4, 4, 4] Graded; the " +
            "image is too small for the network's strides.",
            Small().AveragePool(5), [3, 8, 8]),
        ("Layer 'pool1': a padding of 2x2 is more than half of the kernel of 2x2.",
            New().MaxPool(2, padding: 2), [3, 8, 8]),
        ("Layer 'pool2': a window of 4x5 with stride 4x5 and padding 0x0 does not fit on [4, 4, 4] Graded; the " +
            "image is too small for the network's strides.",
            Small().MaxPool(new(4, 5)), [3, 8, 8]),
        ("Layer 'pool1': an output of 0x0 is not possible; it must be at least 1x1.",
            New().AdaptiveAveragePool(0), [3, 8, 8]),
        ("Layer 'dropout1': the rate 1 is not in [0, 1).", New().Dropout(1), [3, 8, 8]),
        ("Layer 'residual1': its main path ends in [4, 4, 4] Constant and its shortcut in [3, 8, 8] Constant; " +
            "only equal shapes can be added.",
            New().Residual(main => main.Convolution(4, 1, stride: 2)), [3, 8, 8]),
        ("Layer 'conv3': a kernel of 5x5 with stride 1x1 and padding 0x0 does not fit on [4, 4, 4] Graded; the " +
            "image is too small for the network's strides.",
            Small().Residual(main => main.Convolution(4, 1).Convolution(4, 5)), [3, 8, 8]),
        ("Layer 'conv3': a kernel of 5x5 with stride 1x1 and padding 0x0 does not fit on [4, 4, 4] Graded; the " +
            "image is too small for the network's strides.",
            Small().Residual(main => main.Convolution(4, 1), shortcut => shortcut.Convolution(4, 5)), [3, 8, 8]),
        ("The input shape [0, 8] is not possible; it needs 1 to 8 lengths, each at least 1.", New().Dropout(), [0, 8]),
    ];

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void Build_LayerThatDoesNotFitOnTheShape_NamesItAtOnce(string sentence, NetworkBuilder builder, int[] shape)
    {
        Assert.AreEqual(sentence, Assert.ThrowsExactly<NetworkDefinitionException>(() => builder.Build(shape)).Message);
        Assert.IsNotEmpty(builder.Build().Layers); // without a shape there is nothing to check yet
    }

    /// <summary>Omitted arguments have their documented defaults.</summary>
    [TestMethod]
    public void Build_ShortestCalls_GivesTheDefaults()
    {
        NetworkDefinition network = New().Convolution(4, 3).BatchNorm().Neuron().AveragePool(2).MaxPool(new(2, 1))
            .Dropout().Residual(main => main.Neuron()).AdaptiveAveragePool(2).Flatten().Linear(5).Dropout(0.25)
            .Build(3, 12, 12).Bind(Bindings.Image(3, 12, dropout: 0.5, neuron: new LifNeuron()));

        LayerAssert.AreEqual(
            [
                new ConvolutionLayer("conv1", 3, 4, 3, 1, 0, groups: 1, hasBias: true), new BatchNormLayer("norm1", 4),
                new NeuronLayer("neuron1", new LifNeuron()), new AveragePoolLayer("pool1", 2, 2),
                new MaxPoolLayer("pool2", new(2, 1), new(2, 1), 0), new DropoutLayer("dropout1", 0.5),
                new ResidualLayer("residual1", [new NeuronLayer("neuron2", new LifNeuron())], []),
                new AdaptiveAveragePoolLayer("pool3", 2), new FlattenLayer("flatten1"),
                new LinearLayer("fc1", 16, 5, hasBias: true), new DropoutLayer("dropout2", 0.25),
                new LinearLayer("output", 5, 3),
            ], network.Layers);
    }

    [TestMethod]
    public void Build_EveryArgument_ReachesItsLayer()
    {
        NetworkDefinition network = New()
            .Convolution(4, new(3, 1), stride: new(2, 1), padding: new(1, 0), groups: 2, hasBias: false,
                WeightDistribution.FanOutNormal)
            .MaxPool(3, stride: 1, padding: 1).AveragePool(new(1, 2), stride: new(1, 3))
            .Flatten().Linear(5, hasBias: false, WeightDistribution.SmallNormal)
            .Build().Bind(Bindings.Image(2, 8));

        LayerAssert.AreEqual(
            [
                new ConvolutionLayer("conv1", 2, 4, new(3, 1), new(2, 1), new(1, 0), groups: 2, hasBias: false)
                {
                    InitialWeights = WeightDistribution.FanOutNormal,
                },
                new MaxPoolLayer("pool1", 3, 1, 1), new AveragePoolLayer("pool2", new(1, 2), new(1, 3)),
                new FlattenLayer("flatten1"),
                new LinearLayer("fc1", 48, 5, hasBias: false) { InitialWeights = WeightDistribution.SmallNormal },
                new LinearLayer("output", 5, 3),
            ], network.Layers);
    }

    [TestMethod]
    public void Build_NullArguments_AreRefused()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => New().Residual(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => New().Build(null!));
    }

    [TestMethod]
    public void Build_ShapeThatFits_GivesTheTemplateOfAllShapes()
    {
        Assert.AreEqual(Small().Build(), Small().Build(3, 8, 8));
        // the readout
        Assert.AreEqual(4 * 8 * 8, Small().Build(3, 8, 8).Bind(Bindings.Image(1, 16)).Parameters[^2].Shape[1]);
        Assert.AreEqual(New().Linear(4).Build(), New().Linear(4).Build(20));
    }

    /// <summary>Maps [3, 8, 8] to [4, 4, 4].</summary>
    private static NetworkBuilder Small() => New().Convolution(4, 3, padding: 1).BatchNorm().Neuron().AveragePool(2);

    private static NetworkBuilder New() => new();
}
