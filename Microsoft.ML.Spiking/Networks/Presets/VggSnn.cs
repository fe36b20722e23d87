using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The VGG-like network for event data, [T, 2, 48, 48] as a rule: 3x3 convolutions of 64, 128 | 256, 256 | 512, 512 |
/// 512, 512 channels, each followed by batch normalization and neurons, with a 2x2 average pooling at every bar and at
/// the end; then dropout and the readout.
/// </summary>
/// <remarks>
/// Source: Deng et al., "Temporal Efficient Training of Spiking Neural Network via Gradient Re-weighting", ICLR 2022,
/// in the form of the CLIF authors' code, with its first weights: convolutions
/// <see cref="WeightDistribution.FanOutNormal"/>, all else PyTorch's default.
/// </remarks>
public sealed record VggSnn : NetworkTemplate
{
    private static readonly int[][] Groups = [[64, 128], [256, 256], [512, 512], [512, 512]];

    internal override IEnumerable<string> Faults() => [];

    private protected override IEnumerable<LayerPlan> Plan()
    {
        foreach (int[] group in Groups)
        {
            foreach (int channels in group)
            {
                yield return new ConvolutionPlan(channels, Kernel: 3, Stride: 1, Padding: 1)
                {
                    InitialWeights = WeightDistribution.FanOutNormal,
                };
                yield return new BatchNormPlan();
                yield return new NeuronPlan();
            }
            yield return new AveragePoolPlan(Kernel: 2, Stride: 2);
        }
        yield return new FlattenPlan();
        yield return new DropoutPlan();
    }
}
