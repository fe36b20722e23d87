using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A residual network with pre-activation, for images of about 32x32: a 3x3 convolution; four groups of blocks of 64,
/// 128, 256 and 512 channels, of which the last three start by halving the image; normalization, neurons, the mean of
/// each channel, dropout, the readout. A block normalizes and fires; its spikes go two ways, through its convolutions
/// and through the shortcut, which is a 1x1 convolution where the shape changes; and the ends are added. Depths of 50
/// and more have blocks of 1x1, 3x3 and 1x1 convolutions that leave four times as many channels.
/// </summary>
/// <remarks>
/// Source: He et al., "Identity Mappings in Deep Residual Networks", ECCV 2016, in the form of the CLIF authors' code,
/// with its first weights: convolutions <see cref="WeightDistribution.FanOutNormal"/>, readout uniform with biases 0.
/// The authors pool the last 4x4 images by 4x4; here the mean of each channel, which is the same there, serves images
/// of any size.
/// </remarks>
public sealed record SpikingResNet : NetworkTemplate
{
    private const int Expansion = 4;
    private static readonly int[] Widths = [64, 128, 256, 512];

    /// <summary>Creates the template.</summary>
    /// <param name="depth">18, 34, 50, 101 or 152.</param>
    public SpikingResNet(int depth) => Depth = depth;

    /// <summary>Gets the depth: 18, 34, 50, 101 or 152.</summary>
    public int Depth { get; }

    private bool HasBottlenecks => Depth >= 50;

    internal override IEnumerable<string> Faults() => Groups() is null
        ? [$"{nameof(SpikingResNet)}.{nameof(Depth)} is {Depth}; it must be 18, 34, 50, 101 or 152."]
        : [];

    private protected override IEnumerable<LayerPlan> Plan()
    {
        int[] groups = Groups() ?? throw new NetworkDefinitionException(Faults().First());
        int channels = Widths[0];
        List<LayerPlan> plan = [Convolution(channels, kernel: 3, hasBias: false)];
        for (int i = 0; i < groups.Length; i++)
        {
            for (int j = 0; j < groups[i]; j++)
            {
                AddBlock(plan, ref channels, Widths[i], stride: i > 0 && j == 0 ? 2 : 1);
            }
        }
        plan.AddRange(
        [
            new BatchNormPlan(), new NeuronPlan(), new AdaptiveAveragePoolPlan(1), new FlattenPlan(), new DropoutPlan(),
        ]);
        return plan;
    }

    private protected override LinearPlan Readout(int classCount) => new(classCount) { ZeroBias = true };

    private void AddBlock(List<LayerPlan> plan, ref int channels, int width, int stride)
    {
        int outputs = HasBottlenecks ? Expansion * width : width;
        LayerPlan[] main = HasBottlenecks
            ?
            [
                Convolution(width, kernel: 1, stride), new BatchNormPlan(), new NeuronPlan(),
                Convolution(width, kernel: 3), new BatchNormPlan(), new NeuronPlan(), new DropoutPlan(),
                Convolution(outputs, kernel: 1),
            ]
            :
            [
                Convolution(width, kernel: 3, stride), new BatchNormPlan(), new NeuronPlan(), new DropoutPlan(),
                Convolution(width, kernel: 3),
            ];
        LayerPlan[] shortcut = stride == 1 && channels == outputs ? [] : [Convolution(outputs, kernel: 1, stride)];
        plan.AddRange([new BatchNormPlan(), new NeuronPlan(), new ResidualPlan(main, shortcut)]);
        channels = outputs;
    }

    private static ConvolutionPlan Convolution(int channels, int kernel, int stride = 1, bool hasBias = true) =>
        new(channels, kernel, stride, Padding: kernel / 2, HasBias: hasBias)
        {
            InitialWeights = WeightDistribution.FanOutNormal,
        };

    /// <summary>Blocks of each group.</summary>
    private int[]? Groups() => Depth switch
    {
        18 => [2, 2, 2, 2],
        34 or 50 => [3, 4, 6, 3],
        101 => [3, 4, 23, 3],
        152 => [3, 8, 36, 3],
        _ => null,
    };
}
