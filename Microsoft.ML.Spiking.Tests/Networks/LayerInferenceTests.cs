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
        (new BatchNormLayer("b", 1), [1, 4, 5], [1, 4, 5]),
        (new AveragePoolLayer("a", kernel: 2, stride: 2), [3, 7, 8], [3, 3, 4]),
        (new MaxPoolLayer("m", kernel: 3, stride: 2, padding: 1), [3, 32, 31], [3, 16, 16]),
        (new AdaptiveAveragePoolLayer("p", 7), [3, 2, 30], [3, 7, 7]),
        (new FlattenLayer("f"), [3, 4, 5], [60]),
        (new FlattenLayer("f"), [9], [9]),
        (new NeuronLayer("n", new ClifNeuron()), [3, 4, 5], [3, 4, 5]),
        (new ResidualLayer("r", [new ConvolutionLayer("c", 3, 8, 3, 2, 1)], [new ConvolutionLayer("s", 3, 8, 1, 2, 0)]),
            [3, 9, 8], [8, 5, 4]),
        (new ResidualLayer("r", [new BatchNormLayer("b", 3)], []), [3, 9, 8], [3, 9, 8]),
        (new BatchNormLayer("b", 3, momentum: 1), [3], [3]),
        (new MaxPoolLayer("m", kernel: new(2, 4), stride: 2, padding: new(1, 2)), [3, 4, 4], [3, 3, 3]),
        (new LinearLayer("l", 1, 1), [1], [1]),
        (new AffineLayer("a", 1), [3, 4, 4], [3, 4, 4]),
        (new AffineLayer("a", 3), [3, 4, 4], [3, 4, 4]),
        (new PopulationLayer("p", [1, 4, 2]), [3], [7]),
        (new TreeLayer("t", 3, 2, [0, 2, 1, 1]), [3], [5]),
        (new DropoutLayer("d", 0), [3], [3]),
        (new ConvolutionLayer("c", 1, 1, kernel: 1, stride: 1, None), [1, 1, 1], [1, 1, 1]),
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
        (new AdaptiveAveragePoolLayer("p", 1), SignalKind.Constant, SignalKind.Constant),
        (new AdaptiveAveragePoolLayer("p", new(4, 2)), SignalKind.Spikes, SignalKind.Graded),
        (new AdaptiveAveragePoolLayer("p", new(2, 4)), SignalKind.Spikes, SignalKind.Graded),
        (new AffineLayer("a", 1), SignalKind.Constant, SignalKind.Constant),
        (new AffineLayer("a", 1), SignalKind.Spikes, SignalKind.Graded),
        (new PopulationLayer("p", [1, 4]), SignalKind.Constant, SignalKind.Constant),
        (new PopulationLayer("p", [1, 4]), SignalKind.Spikes, SignalKind.Graded),
        (new TreeLayer("t", 2, 1, [1]), SignalKind.Constant, SignalKind.Constant),
        (new TreeLayer("t", 2, 1, [1]), SignalKind.Spikes, SignalKind.Graded),
        (new DropoutLayer("d", 0.5), SignalKind.Spikes, SignalKind.Spikes),
        (new NeuronLayer("n", new ReluNeuron()), SignalKind.Constant, SignalKind.Graded),
        (new ResidualLayer(
            "r", [new FlattenLayer("f")], [new NeuronLayer("n", new IfNeuron()), new FlattenLayer("g")]),
            SignalKind.Constant, SignalKind.Graded),
        (new NeuronLayer("n", new ClifNeuron()), SignalKind.Constant, SignalKind.Spikes),
        (new ResidualLayer("r", [new BatchNormLayer("b", 2)], []), SignalKind.Constant, SignalKind.Constant),
        (new ResidualLayer("r", [new NeuronLayer("n", new ClifNeuron())], []), SignalKind.Constant, SignalKind.Graded),
        (new ResidualLayer("r", [new FlattenLayer("f")], [new FlattenLayer("g")]), SignalKind.Spikes,
            SignalKind.Graded),
    ];

    public static IEnumerable<(Layer Layer, int[] Input, string Sentence)> Faults =>
    [
        (new ConvolutionLayer("conv7", 3, 8, kernel: 5, stride: 1, None), [3, 4, 4],
            "Layer 'conv7': a kernel of 5x5 with stride 1x1 and padding 0x0 does not fit on [3, 4, 4] Graded; the " +
            "image is too small for the network's strides."),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, None), [2, 4, 4],
            "Layer 'conv7': expects 3 channels and is given [2, 4, 4] Graded."),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, None), [48],
            "Layer 'conv7': expects an image, [channels, height, width], and is given [48] Graded."),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 0, stride: 1, None), [3, 4, 4],
            "Layer 'conv7': a kernel of 0x0 is not possible; it must be at least 1x1."),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 0, None), [3, 4, 4],
            "Layer 'conv7': a stride of 0x0 is not possible; it must be at least 1x1."),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, padding: -1), [3, 4, 4],
            "Layer 'conv7': a padding of -1x-1 is not possible; it must be at least 0x0."),
        (new ConvolutionLayer("conv7", 3, 0, kernel: 3, stride: 1, None), [3, 4, 4],
            "Layer 'conv7': 3 input channels, 0 output channels and 1 groups are not possible; all must be at " +
            "least 1."),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, None, groups: 0), [3, 4, 4],
            "Layer 'conv7': 3 input channels, 8 output channels and 0 groups are not possible; all must be at " +
            "least 1."),
        (new ConvolutionLayer("conv7", 3, 8, kernel: 3, stride: 1, None, groups: 2), [3, 4, 4],
            "Layer 'conv7': 3 input and 8 output channels do not fall into 2 groups."),
        (new BatchNormLayer("norm7", 3), [4, 4, 4],
            "Layer 'norm7': expects 3 channels, [3] or [3, height, width], and is given [4, 4, 4] Graded."),
        (new BatchNormLayer("norm7", 3), [3, 4],
            "Layer 'norm7': expects 3 channels, [3] or [3, height, width], and is given [3, 4] Graded."),
        (new BatchNormLayer("norm7", 3, epsilon: 0), [3],
            "Layer 'norm7': 3 channels, mode PerTimeStep, epsilon 0 and momentum 0.1 are not possible; at least 1 " +
            "channel, an epsilon greater than 0 and a momentum greater than 0 and at most 1 are needed."),
        (new BatchNormLayer("norm7", 3, momentum: double.NaN), [3],
            "Layer 'norm7': 3 channels, mode PerTimeStep, epsilon 1E-05 and momentum NaN are not possible; at " +
            "least 1 channel, an epsilon greater than 0 and a momentum greater than 0 and at most 1 are needed."),
        (new BatchNormLayer("norm7", 3, (BatchNormMode)9), [3],
            "Layer 'norm7': 3 channels, mode 9, epsilon 1E-05 and momentum 0.1 are not possible; at least 1 " +
            "channel, an epsilon greater than 0 and a momentum greater than 0 and at most 1 are needed."),
        (new AveragePoolLayer("pool7", kernel: 2, stride: 2), [3, 1, 4],
            "Layer 'pool7': a window of 2x2 with stride 2x2 and padding 0x0 does not fit on [3, 1, 4] Graded; the " +
            "image is too small for the network's strides."),
        (new AveragePoolLayer("pool7", kernel: 2, stride: 2), [3],
            "Layer 'pool7': expects an image, [channels, height, width], and is given [3] Graded."),
        (new MaxPoolLayer("pool7", kernel: 2, stride: 2, padding: 2), [3, 4, 4],
            "Layer 'pool7': a padding of 2x2 is more than half of the kernel of 2x2."),
        (new AdaptiveAveragePoolLayer("pool7", 0), [3, 4, 4],
            "Layer 'pool7': an output of 0x0 is not possible; it must be at least 1x1."),
        (new AdaptiveAveragePoolLayer("pool7", 1), [3],
            "Layer 'pool7': expects an image, [channels, height, width], and is given [3] Graded."),
        (new LinearLayer("fc7", 48, 2), [3, 4, 4],
            "Layer 'fc7': expects a vector of 48 values and is given [3, 4, 4] Graded."),
        (new ConvolutionLayer("conv7", 0, 8, kernel: 3, stride: 1, None), [3, 4, 4],
            "Layer 'conv7': 0 input channels, 8 output channels and 1 groups are not possible; all must be at " +
            "least 1."),
        (new ConvolutionLayer("conv7", 4, 6, kernel: 3, stride: 1, None, groups: 4), [4, 4, 4],
            "Layer 'conv7': 4 input and 6 output channels do not fall into 4 groups."),
        (new BatchNormLayer("norm7", 0), [3],
            "Layer 'norm7': 0 channels, mode PerTimeStep, epsilon 1E-05 and momentum 0.1 are not possible; at " +
            "least 1 channel, an epsilon greater than 0 and a momentum greater than 0 and at most 1 are needed."),
        (new BatchNormLayer("norm7", 3, epsilon: double.PositiveInfinity, momentum: 1), [3],
            "Layer 'norm7': 3 channels, mode PerTimeStep, epsilon Infinity and momentum 1 are not possible; at " +
            "least 1 channel, an epsilon greater than 0 and a momentum greater than 0 and at most 1 are needed."),
        (new BatchNormLayer("norm7", 3, momentum: 0), [3],
            "Layer 'norm7': 3 channels, mode PerTimeStep, epsilon 1E-05 and momentum 0 are not possible; at " +
            "least 1 channel, an epsilon greater than 0 and a momentum greater than 0 and at most 1 are needed."),
        (new BatchNormLayer("norm7", 3, momentum: 1.01), [3],
            "Layer 'norm7': 3 channels, mode PerTimeStep, epsilon 1E-05 and momentum 1.01 are not possible; at " +
            "least 1 channel, an epsilon greater than 0 and a momentum greater than 0 and at most 1 are needed."),
        (new AveragePoolLayer("pool7", kernel: 0, stride: 2), [3, 4, 4],
            "Layer 'pool7': a kernel of 0x0 is not possible; it must be at least 1x1."),
        (new MaxPoolLayer("pool7", kernel: new(2, 4), stride: 2, padding: new(2, 2)), [3, 4, 4],
            "Layer 'pool7': a padding of 2x2 is more than half of the kernel of 2x4."),
        (new MaxPoolLayer("pool7", kernel: new(4, 2), stride: 2, padding: new(2, 2)), [3, 4, 4],
            "Layer 'pool7': a padding of 2x2 is more than half of the kernel of 4x2."),
        (new LinearLayer("fc7", 0, 2), [4],
            "Layer 'fc7': 0 inputs and 2 outputs are not possible; both must be at least 1."),
        (new LinearLayer("fc7", 3, 2), [4], "Layer 'fc7': expects a vector of 3 values and is given [4] Graded."),
        (new AffineLayer("a7", 2), [3, 4, 4],
            "Layer 'a7': has constants for 2 channels and is given [3, 4, 4] Graded."),
        (new PopulationLayer("p7", [2, 2]), [3], "Layer 'p7': has fields for a vector of 2 values and is given [3] " +
            "Graded."),
        (new PopulationLayer("p7", [2, 0, 1]), [3],
            "Layer 'p7': a feature without a field is not possible; each needs at least 1."),
        (new PopulationLayer("p7", [int.MaxValue, int.MaxValue, 2]), [3],
            "Layer 'p7': gives more than the 33,554,432 values that are possible."),
        (new TreeLayer("t7", 2, 1, [1]), [3], "Layer 't7': has trees for a vector of 2 values and is given [3] " +
            "Graded."),
        (new TreeLayer("t7", 3, 1, [0, 3]), [3], "Layer 't7': names a feature that is not from 0 to 2."),
        (new TreeLayer("t7", 3, 1, [-1]), [3], "Layer 't7': names a feature that is not from 0 to 2."),
        (new TreeLayer("t7", 3, 0, [1]), [3],
            "Layer 't7': has 0 conditions for a leaf; from 1 to 64 are possible."),
        (new TreeLayer("t7", 3, 65, [1]), [3],
            "Layer 't7': has 65 conditions for a leaf; from 1 to 64 are possible."),
        (new TreeLayer("t7", 3, 2, [1]), [3], "Layer 't7': names 1 features; leaves of 2 conditions need a multiple " +
            "of that number, and at least one."),
        (new TreeLayer("t7", 3, 2, []), [3], "Layer 't7': names 0 features; leaves of 2 conditions need a multiple " +
            "of that number, and at least one."),
        (new DropoutLayer("d7", -0.1), [3], "Layer 'd7': the rate -0.1 is not in [0, 1)."),
        (new DropoutLayer("d7", 1), [3], "Layer 'd7': the rate 1 is not in [0, 1)."),
        (new ResidualLayer("block7", [], []), [3, 4, 4], "Layer 'block7': has no layers in its main path."),
        (new ResidualLayer("block7", [new ConvolutionLayer("c", 3, 8, 3, 2, 1)], []), [3, 4, 4],
            "Layer 'block7': its main path ends in [8, 2, 2] Graded and its shortcut in [3, 4, 4] Graded; only " +
            "equal shapes can be added."),
        (new ResidualLayer("block", [new ConvolutionLayer("conv7", 3, 8, 9, 1, 1)], []), [3, 4, 4],
            "Layer 'conv7': a kernel of 9x9 with stride 1x1 and padding 1x1 does not fit on [3, 4, 4] Graded; the " +
            "image is too small for the network's strides."),
    ];

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Infer_FittingInput_GivesTheShape(Layer layer, int[] input, int[] output) =>
        Assert.AreSequenceEqual(output, layer.Infer(new(input, SignalKind.Graded)).Shape.ToArray());

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void Infer_KindOfSignal_GivesTheKind(Layer layer, object input, object output)
    {
        int[] shape = layer is PopulationLayer or TreeLayer ? [2] : [2, 4, 4];

        Assert.AreEqual(output, layer.Infer(new(shape, (SignalKind)input)).Kind);
    }

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void Infer_WhatDoesNotFit_NamesTheLayerAndTheFault(Layer layer, int[] input, string sentence)
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(
            () => layer.Infer(new(input, SignalKind.Graded))).Message;

        Assert.AreEqual(sentence, message);
    }
}
