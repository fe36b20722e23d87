using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>Access of kernels to the memory of float32 tensors on the CPU.</summary>
internal static unsafe class TensorMemory
{
    private const long LargestSpan = int.MaxValue / sizeof(float); // a span of bytes ends there

    /// <summary>Returns whether kernels can work on a tensor: float32, on the CPU.</summary>
    public static bool IsReachable(Tensor tensor) =>
        tensor.device_type == TorchSharp.DeviceType.CPU && tensor.dtype == ScalarType.Float32;

    /// <summary>
    /// Returns the address of a contiguous tensor's values, null if it has none; valid while the tensor is alive.
    /// </summary>
    public static float* Address(Tensor tensor)
    {
        if (tensor.numel() == 0)
        {
            return null;
        }
        if (tensor.numel() <= LargestSpan)
        {
            return Start(tensor);
        }
        using Tensor flat = tensor.view(-1);
        using Tensor first = flat.narrow(0, 0, 1);
        return Start(first);
    }

    /// <summary>
    /// Returns the values of a contiguous tensor of less than 2 GB; valid while the tensor is alive.
    /// </summary>
    public static Span<float> Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    private static float* Start(Tensor tensor) =>
        (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
