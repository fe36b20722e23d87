using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Five convolutions without pooling, each followed by batch normalization and neurons, then dropout and the readout.
/// 16 channels (3x3), 64, 128 and 256 (5x5, stride 2, 2 and 4) and 256 (3x3, stride 2): a 32x32 image ends as one
/// pixel.
/// </summary>
/// <remarks>
/// Source: the network without average pooling of the CLIF authors' code, behind the paper's figure 2, with its first
/// weights: convolutions <see cref="WeightDistribution.FanOutNormal"/>, all else PyTorch's default.
/// </remarks>
public sealed record Snn5 : NetworkTemplate
{
    internal override IEnumerable<string> Faults() => [];

    private protected override IEnumerable<LayerPlan> Plan() =>
    [
        .. Convolution(16, kernel: 3, stride: 1),
        .. Convolution(64, kernel: 5, stride: 2),
        .. Convolution(128, kernel: 5, stride: 2),
        .. Convolution(256, kernel: 5, stride: 4),
        .. Convolution(256, kernel: 3, stride: 2),
        new FlattenPlan(),
        new DropoutPlan(),
    ];

    private static LayerPlan[] Convolution(int channels, int kernel, int stride) =>
    [
        new ConvolutionPlan(channels, kernel, stride, Padding: 1) { InitialWeights = WeightDistribution.FanOutNormal },
        new BatchNormPlan(),
        new NeuronPlan(),
    ];
}
