namespace Microsoft.ML.Spiking.Tests.Networks;

/// <summary>A network of one's own is checked where it is built, if the shape is said there.</summary>
[TestClass]
public sealed class NetworkBuilderTests
{
    public static IEnumerable<(string Sentence, NetworkBuilder Builder, int[] Shape)> Faults =>
    [
        ("Layer 'conv2': a kernel of 5x5", Small().Convolution(4, 5), [3, 8, 8]),
        ("Layer 'conv1': 3 input and 4 output channels do not fall into 2 groups", New().Convolution(4, 3, groups: 2),
            [3, 8, 8]),
        ("Layer 'conv1': a stride of 0x0", New().Convolution(4, 3, stride: 0), [3, 8, 8]),
        ("Layer 'conv1': a padding of -1x-1", New().Convolution(4, 3, padding: -1), [3, 8, 8]),
        ("Layer 'conv2': expects an image", Small().Flatten().Convolution(4, 1), [3, 8, 8]),
        ("Layer 'conv1': expects an image", New().Convolution(4, 3), [192]),
        ("Layer 'fc1': expects a vector", New().Linear(5), [3, 8, 8]),
        ("Layer 'fc2': 5 inputs and 0 outputs", New().Linear(5).Neuron().Linear(0), [20]),
        ("Layer 'norm1': expects", New().BatchNorm(), [8, 8]),
        ("Layer 'neuron1': ", New().Neuron(new ClifNeuron { MembraneTimeConstant = 0 }), [3, 8, 8]),
        ("Layer 'pool2': a window of 5x5", Small().AveragePool(5), [3, 8, 8]),
        ("Layer 'pool1': a padding of 2x2 is more than half", New().MaxPool(2, padding: 2), [3, 8, 8]),
        ("Layer 'pool2': a window of 4x5", Small().MaxPool(new(4, 5)), [3, 8, 8]),
        ("Layer 'pool1': an output of 0x0", New().AdaptiveAveragePool(0), [3, 8, 8]),
        ("Layer 'dropout1': the rate 1", New().Dropout(1), [3, 8, 8]),
        ("Layer 'residual1': its main path ends in [4, 4, 4]",
            New().Residual(main => main.Convolution(4, 1, stride: 2)), [3, 8, 8]),
        ("Layer 'conv3': a kernel of 5x5", Small().Residual(main => main.Convolution(4, 1).Convolution(4, 5)),
            [3, 8, 8]),
        ("Layer 'conv3': a kernel of 5x5",
            Small().Residual(main => main.Convolution(4, 1), shortcut => shortcut.Convolution(4, 5)), [3, 8, 8]),
        ("The input shape [0, 8] is not possible", New().Dropout(), [0, 8]),
    ];

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void Build_LayerThatDoesNotFitOnTheShape_NamesItAtOnce(string sentence, NetworkBuilder builder, int[] shape)
    {
        Assert.Contains(sentence, Assert.ThrowsExactly<NetworkDefinitionException>(() => builder.Build(shape)).Message);
        Assert.IsNotEmpty(builder.Build().Layers); // without a shape there is nothing to check yet
    }

    [TestMethod]
    public void Build_ShapeThatFits_GivesTheTemplateOfAllShapes()
    {
        Assert.AreEqual(Small().Build(), Small().Build(3, 8, 8));
        // the readout
        Assert.AreEqual(4 * 8 * 8, Small().Build(3, 8, 8).Bind(Bindings.Image(1, 16)).Parameters[^2].Shape[1]);
        Assert.AreEqual(New().Linear(4).Build(), New().Linear(4).Build(20));
    }

    /// <summary>Leaves [4, 4, 4] of [3, 8, 8].</summary>
    private static NetworkBuilder Small() => New().Convolution(4, 3, padding: 1).BatchNorm().Neuron().AveragePool(2);

    private static NetworkBuilder New() => new();
}
