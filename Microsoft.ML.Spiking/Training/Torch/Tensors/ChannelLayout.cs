using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>The memory layout of values [T, N, channels, ...] or [N, channels, ...].</summary>
/// <param name="Strides">The strides: contiguous, or with the channels innermost.</param>
/// <param name="IsInnermost">Whether channels are innermost.</param>
/// <param name="Outer">Places of a step outside of channels.</param>
/// <param name="Inner">Places of a step inside of channels; 1 where they are innermost.</param>
internal readonly record struct ChannelLayout(long[] Strides, bool IsInnermost, long Outer, long Inner)
{
    /// <summary>
    /// Returns the layout of a tensor where it has one of the two orders, else that of a contiguous copy.
    /// </summary>
    /// <param name="values">[T, N, channels, ...], or [N, channels, ...] where they are the same at every step.</param>
    /// <param name="isConstant">Whether they are.</param>
    public static ChannelLayout Of(Tensor values, bool isConstant)
    {
        long[] shape = values.Lengths();
        int channels = isConstant ? 1 : 2; // their dimension
        long rows = shape[channels - 1], area = 1;
        foreach (long length in shape[(channels + 1)..])
        {
            area *= length;
        }
        long[] contiguous = MemoryOrder.Contiguous(shape);
        if (area == 1)
        {
            return new(contiguous, IsInnermost: true, rows, 1);
        }
        long[] last = MemoryOrder.ChannelsLast(shape);
        return !MemoryOrder.Has(values, contiguous) && MemoryOrder.Has(values, last)
            ? new(last, IsInnermost: true, rows * area, 1)
            : new(contiguous, IsInnermost: false, rows, area);
    }
}
