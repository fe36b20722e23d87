using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>
/// The order of a tensor's values in memory, as its strides. Kernels that treat each value by itself take any order, as
/// long as all their tensors have the same and nothing lies between the values.
/// </summary>
internal static class MemoryOrder
{
    /// <summary>
    /// Returns the strides of a tensor where it has all its values next to each other, else those of a contiguous one.
    /// </summary>
    /// <param name="values">The tensor.</param>
    /// <param name="isTimeFirst">Whether the first dimension must be the slowest.</param>
    public static long[] Of(Tensor values, bool isTimeFirst)
    {
        long[] shape = values.Lengths(), strides = values.Strides();
        return IsDense(shape, strides) && (!isTimeFirst || shape[0] == 1 || strides[0] * shape[0] == values.numel())
            ? strides
            : Contiguous(shape);
    }

    /// <summary>Returns the tensor where it has those strides, else a copy that has them.</summary>
    public static Tensor Arrange(Tensor values, long[] strides)
    {
        return Has(values, strides)
            ? values.alias()
            : empty_strided(values.Lengths(), strides, values.dtype, values.device).copy_(values);
    }

    private static bool IsDense(long[] shape, long[] strides)
    {
        long expected = 1;
        foreach (int i in Enumerable.Range(0, shape.Length).Where(i => shape[i] != 1).OrderBy(i => strides[i]))
        {
            if (strides[i] != expected)
            {
                return false;
            }
            expected *= shape[i];
        }
        return true;
    }

    /// <summary>Returns the strides of images, [..., channels, height, width], with the channels innermost.</summary>
    public static long[] ChannelsLast(long[] shape)
    {
        long[] strides = Contiguous(shape);
        long channels = shape[^3];
        (strides[^3], strides[^2], strides[^1]) = (1, channels * shape[^1], channels);
        return strides;
    }

    /// <summary>Returns whether a tensor has those strides, where they tell.</summary>
    public static bool Has(Tensor values, long[] strides)
    {
        long[] shape = values.Lengths(), own = values.Strides();
        bool isArranged = true;
        for (int i = 0; i < shape.Length; i++)
        {
            isArranged &= shape[i] == 1 || own[i] == strides[i];
        }
        return isArranged;
    }

    /// <summary>Returns the strides of a tensor without gaps, the last dimension innermost.</summary>
    public static long[] Contiguous(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }
        return strides;
    }
}
