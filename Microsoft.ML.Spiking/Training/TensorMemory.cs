using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training;

/// <summary>The memory of tensors on the CPU, for kernels.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>
    /// Where a contiguous float32 tensor's values start, null if it has none; by way of its first value, because a span
    /// ends at 2 GB. Good as long as somebody holds the tensor.
    /// </summary>
    public static float* Address(Tensor tensor)
    {
        if (tensor.numel() == 0)
        {
            return null;
        }
        using Tensor flat = tensor.view(-1);
        using Tensor first = flat.narrow(0, 0, 1);
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    /// <summary>Whether the values lie one after the other, in the tensor's order or, for a matrix, in that of its columns.</summary>
    public static bool IsDense(Tensor tensor)
    {
        if (tensor.is_contiguous())
        {
            return true;
        }
        using Tensor? columns = tensor.dim() == 2 ? tensor.t() : null;
        return columns?.is_contiguous() == true;
    }

    /// <summary>Where a dense tensor's values start.</summary>
    public static float* DenseAddress(Tensor tensor)
    {
        if (tensor.is_contiguous())
        {
            return Address(tensor);
        }
        using Tensor columns = tensor.t();
        return Address(columns);
    }
}
