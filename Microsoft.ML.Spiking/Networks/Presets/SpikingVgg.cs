using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A VGG network with batch normalization: five groups of 3x3 convolutions, each followed by normalization, neurons
/// and dropout; a 2x2 average pooling after each group; average pooling to 7x7; the readout. Images need at least 32x32
/// pixels.
/// </summary>
/// <remarks>
/// Source: Simonyan and Zisserman, ICLR 2015, in the form of the CLIF authors' code, with its first weights: normal for
/// convolutions (<see cref="WeightDistribution.FanOutNormal"/>) and readout, biases 0.
/// </remarks>
public sealed record SpikingVgg : NetworkTemplate
{
    private const int PooledSize = 7;
    private static readonly int[] Widths = [64, 128, 256, 512, 512];

    /// <summary>Creates the template.</summary>
    /// <param name="depth">
    /// 11, 13, 16 or 19: the number of layers with weights in the original, which had three readouts.
    /// </param>
    public SpikingVgg(int depth) => Depth = depth;

    /// <summary>Gets the depth: 11, 13, 16 or 19.</summary>
    public int Depth { get; }

    internal override IEnumerable<string> Faults() =>
        Groups() is null ? [$"{nameof(SpikingVgg)}.{nameof(Depth)} is {Depth}; it must be 11, 13, 16 or 19."] : [];

    private protected override IEnumerable<LayerPlan> Plan()
    {
        int[] groups = Groups() ?? throw new NetworkDefinitionException(Faults().First());
        for (int i = 0; i < groups.Length; i++)
        {
            for (int j = 0; j < groups[i]; j++)
            {
                yield return new ConvolutionPlan(Widths[i], Kernel: 3, Stride: 1, Padding: 1)
                {
                    InitialWeights = WeightDistribution.FanOutNormal,
                    ZeroBias = true,
                };
                yield return new BatchNormPlan();
                yield return new NeuronPlan();
                yield return new DropoutPlan();
            }
            yield return new AveragePoolPlan(Kernel: 2, Stride: 2);
        }
        yield return new AdaptiveAveragePoolPlan(PooledSize);
        yield return new FlattenPlan();
    }

    private protected override LinearPlan Readout(int classCount) =>
        new(classCount) { InitialWeights = WeightDistribution.SmallNormal, ZeroBias = true };

    /// <summary>Convolutions of each group.</summary>
    private int[]? Groups() => Depth switch
    {
        11 => [1, 1, 2, 2, 2],
        13 => [2, 2, 2, 2, 2],
        16 => [2, 2, 3, 3, 3],
        19 => [2, 2, 4, 4, 4],
        _ => null,
    };
}
