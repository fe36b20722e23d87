using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>A layer without weights that treats each row of each step separately: pooling, flattening.</summary>
/// <param name="map">Maps [rows, ...] to [rows, ...].</param>
internal sealed class TorchRowMap(Func<Tensor, Tensor> map) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) => input.MapRows(map);

    public static TorchRowMap Create(MaxPoolLayer layer) =>
        new(images => nn.functional.max_pool2d(
            images, Lengths(layer.Kernel), Lengths(layer.Stride), Lengths(layer.Padding)));

    public static TorchRowMap Create(AdaptiveAveragePoolLayer layer) =>
        new(images => nn.functional.adaptive_avg_pool2d(images, Lengths(layer.Output)));

    public static TorchRowMap Flatten() => new(rows => rows.flatten(1));

    private static long[] Lengths(Extent extent) => [extent.Height, extent.Width];
}

/// <summary>Average pooling; by the library's own, faster kernel where windows cover the images exactly.</summary>
internal sealed class TorchAveragePool(AveragePoolLayer layer) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (!AveragePoolOperation.Suits(layer, input.Values))
        {
            return input.MapRows(images => nn.functional.avg_pool2d(images,
                [layer.Kernel.Height, layer.Kernel.Width], [layer.Stride.Height, layer.Stride.Width]));
        }
        using Tensor images = input.Values.contiguous();
        var operation = new AveragePoolOperation(layer, pass.Buffers, TorchTeam.Current());
        return new(operation.Run(images), input.IsConstant);
    }
}

/// <summary>y = scale x + shift, with constants for each channel.</summary>
/// <param name="scale">[channels].</param>
/// <param name="shift">[channels].</param>
internal sealed class TorchAffine(Tensor scale, Tensor shift) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        int rowRank = (int)input.Values.dim() - (input.IsConstant ? 1 : 2);
        long[] perChannel = [-1, .. Enumerable.Repeat(1L, rowRank - 1)];
        using DisposeScope scope = NewDisposeScope();
        Tensor values = (input.Values * scale.view(perChannel)).Plus(shift.view(perChannel));
        return input with { Values = values.to_type(input.Values.dtype).MoveToOuterDisposeScope() };
    }
}
