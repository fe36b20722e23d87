using Microsoft.ML.Spiking.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>A layer without weights that treats every row of every step alike: pooling, flatten.</summary>
/// <param name="map">From [rows, ...] to [rows, ...].</param>
internal sealed class TorchRowMap(Func<Tensor, Tensor> map) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) => input.MapRows(map);

    public static TorchRowMap Create(MaxPoolLayer layer) =>
        new(images => nn.functional.max_pool2d(images, Lengths(layer.Kernel), Lengths(layer.Stride), Lengths(layer.Padding)));

    public static TorchRowMap Create(AdaptiveAveragePoolLayer layer) =>
        new(images => nn.functional.adaptive_avg_pool2d(images, Lengths(layer.Output)));

    public static TorchRowMap Flatten() => new(rows => rows.flatten(1));

    private static long[] Lengths(Extent extent) => [extent.Height, extent.Width];
}
