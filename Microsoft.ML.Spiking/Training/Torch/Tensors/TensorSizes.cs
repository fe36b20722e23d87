using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>
/// Lengths and strides of tensors by libtorch's C functions, for what runs with every batch: TorchSharp's properties
/// take some microseconds each.
/// </summary>
internal static unsafe partial class TensorSizes
{
    /// <summary>Returns the length of each dimension.</summary>
    public static long[] Lengths(this torch.Tensor tensor)
    {
        Check(GetLengths(tensor.Handle, out long* lengths));
        return Copy(tensor, lengths);
    }

    /// <summary>Returns the number of values from one to the next in each dimension.</summary>
    public static long[] Strides(this torch.Tensor tensor)
    {
        Check(GetStrides(tensor.Handle, out long* strides));
        return Copy(tensor, strides);
    }

    /// <summary>Returns the length of a dimension, from 0.</summary>
    public static long Length(this torch.Tensor tensor, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(dimension, tensor.dim());
        Check(GetLengths(tensor.Handle, out long* lengths));
        long length = lengths[dimension];
        GC.KeepAlive(tensor); // whose memory it is
        return length;
    }

    private static long[] Copy(torch.Tensor tensor, long* values)
    {
        long[] copy = new ReadOnlySpan<long>(values, (int)tensor.dim()).ToArray();
        GC.KeepAlive(tensor); // whose memory it is
        return copy;
    }

    private static void Check(int status)
    {
        if (status != 0)
        {
            throw new InvalidOperationException("libtorch does not tell the lengths of a tensor.");
        }
    }

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_get_sizes")]
    private static partial int GetLengths(nint tensor, out long* lengths);

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_get_strides")]
    private static partial int GetStrides(nint tensor, out long* strides);
}
