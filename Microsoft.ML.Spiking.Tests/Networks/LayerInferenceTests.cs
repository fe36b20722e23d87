using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Tests.Networks;

[TestClass]
public sealed class LayerInferenceTests
{
    private static readonly Extent None = 0;

    public static IEnumerable<(Layer Layer, int[] Input, int[] Output)> Shapes =>
    [
        (new ConvolutionLayer("c", 3, 8, kernel: 3, stride: 1, padding: 1), [3, 32, 32], [8, 32, 32]),
        (new ConvolutionLayer("c", 3, 8, kernel: 5, stride: 2, padding: 1), [3, 32, 32], [8, 15, 15]),
        (new ConvolutionLayer("c", 4, 8, new Extent(1, 3), new Extent(2, 1), new Extent(0, 1), groups: 2), [4, 7, 9],
            [8, 4, 9]),
        (new BatchNormLayer("b", 3), [3, 4, 5], [3, 4, 5]),
        (new BatchNormLayer("b", 7), [7], [7]),
        (new AveragePoolLayer("a", kernel: 2, stride: 2), [3, 7, 8], [3, 3, 4]),
        (new MaxPoolLayer("m", kernel: 3, stride: 2, padding: 1), [3, 32, 31], [3, 16, 16]),
        (new AdaptiveAveragePoolLayer("p", 7), [3, 2, 30], [3, 7, 7]),
        (new FlattenLayer("f"), [3, 4, 5], [60]),
        (new FlattenLayer("f"), [9], [9]),
        (new NeuronLayer("n", new ClifNeuron()), [3, 4, 5], [3, 4, 5]),
        (new ResidualLayer("r", [new ConvolutionLayer("c", 3, 8, 3, 2, 1)], [new ConvolutionLayer("s", 3, 8, 1, 2, 0)]),
            [3, 9, 8], [8, 5, 4]),
        (new ResidualLayer("r", [new BatchNormLayer("b", 3)], []), [3, 9, 8], [3, 9, 8]),
    ];

    public static IEnumerable<(Layer Layer, object Input, object Output)> Kinds =>
    [
        (new ConvolutionLayer("c", 2, 2, kernel: 1, stride: 1, None), SignalKind.Constant, SignalKind.Constant),
        (new ConvolutionLayer("c", 2, 2, kernel: 1, stride: 1, None), SignalKind.Spikes, SignalKind.Graded),
        (new BatchNormLayer("b", 2), SignalKind.Constant, SignalKind.Constant),
        (new BatchNormLayer("b", 2), SignalKind.Spikes, SignalKind.Graded),
        (new AveragePoolLayer("a", kernel: 2, stride: 2), SignalKind.Constant, SignalKind.Constant),
        (new AveragePoolLayer("a", kernel: 2, stride: 2), SignalKind.Spikes, SignalKind.Graded),
        (new MaxPoolLayer("m", kernel: 2, stride: 2, None), SignalKind.Spikes, SignalKind.Spikes),
        (new MaxPoolLayer("m", kernel: 2, stride: 2, None), SignalKind.Graded, SignalKind.Graded),
        (new AdaptiveAveragePoolLayer("p", 1), SignalKind.Spikes, SignalKind.Graded),
        (new AdaptiveAveragePoolLayer("p", 4), SignalKind.Spikes, SignalKind.Spikes),
        (new FlattenLayer("f"), SignalKind.Spikes, SignalKind.Spikes),
        (new NeuronLayer("n", new ClifNeuron()), SignalKind.Constant, SignalKind.Spikes),
        (new ResidualLayer("r", [new BatchNormLayer("b", 2)], []), SignalKind.Constant, SignalKind.Constant),
        (new ResidualLayer("r", [new NeuronLayer("n", new ClifNeuron())], []), SignalKind.Constant, SignalKind.Graded),
        (new ResidualLayer("r", [new FlattenLayer("f")], [new FlattenLayer("g")]), SignalKind.Spikes,
            SignalKind.Graded),
    ];

    public static IEnumerable<(Layer Layer, int[] Input, string Sentence)> Faults =>
    [
        (new ConvolutionLayer("conv7", 3, 8, kernel: 5, stride: 1, None), [3, 4, 4],
            "the image is too small for the network's strides"),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, None), [2, 4, 4], "expects 3 channels"),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, None), [48], "expects an image"),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 0, stride: 1, None), [3, 4, 4], "a kernel of 0x0"),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 0, None), [3, 4, 4], "a stride of 0x0"),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, padding: -1), [3, 4, 4], "a padding of -1x-1"),
        (new ConvolutionLayer("conv7", 3, 0, kernel: 3, stride: 1, None), [3, 4, 4], "at least 1"),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, None, groups: 0), [3, 4, 4], "at least 1"),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, None, groups: 2), [3, 4, 4],
            "do not fall into 2 groups"),
        (new BatchNormLayer("norm7", 3), [4, 4, 4], "expects 3 channels"),
        (new BatchNormLayer("norm7", 3), [3, 4], "expects 3 channels"),
        (new BatchNormLayer("norm7", 3, epsilon: 0), [3], "epsilon 0"),
        (new BatchNormLayer("norm7", 3, momentum: double.NaN), [3], "momentum NaN"),
        (new BatchNormLayer("norm7", 3, (BatchNormMode)9), [3], "mode 9"),
        (new AveragePoolLayer("pool7", kernel: 2, stride: 2), [3, 1, 4], "too small"),
        (new AveragePoolLayer("pool7", kernel: 2, stride: 2), [3], "expects an image"),
        (new MaxPoolLayer("pool7", kernel: 2, stride: 2, padding: 2), [3, 4, 4], "more than half"),
        (new AdaptiveAveragePoolLayer("pool7", 0), [3, 4, 4], "an output of 0x0"),
        (new AdaptiveAveragePoolLayer("pool7", 1), [3], "expects an image"),
        (new LinearLayer("fc7", 48, 2), [3, 4, 4], "expects a vector of 48"),
        (new ResidualLayer("block7", [], []), [3, 4, 4], "no layers in its main path"),
        (new ResidualLayer("block7", [new ConvolutionLayer("c", 3, 8, 3, 2, 1)], []), [3, 4, 4],
            "only equal shapes can be added"),
        (new ResidualLayer("block", [new ConvolutionLayer("conv7", 3, 8, 9, 1, 1)], []), [3, 4, 4], "too small"),
    ];

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Infer_FittingInput_GivesTheShape(Layer layer, int[] input, int[] output) =>
        Assert.AreSequenceEqual(output, layer.Infer(new(input, SignalKind.Graded)).Shape.ToArray());

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void Infer_KindOfSignal_GivesTheKind(Layer layer, object input, object output) =>
        Assert.AreEqual(output, layer.Infer(new([2, 4, 4], (SignalKind)input)).Kind);

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void Infer_WhatDoesNotFit_NamesTheLayerAndTheFault(Layer layer, int[] input, string sentence)
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(
            () => layer.Infer(new(input, SignalKind.Graded))).Message;

        Assert.Contains("7'", message);
        Assert.Contains(sentence, message);
    }
}
