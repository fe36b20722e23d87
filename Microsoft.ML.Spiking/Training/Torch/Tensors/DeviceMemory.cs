using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>The addresses of tensors on any device, through libtorch's C functions.</summary>
internal static partial class DeviceMemory
{
    /// <summary>Returns the address of a tensor's first value; valid while the tensor is alive.</summary>
    /// <exception cref="InvalidOperationException">libtorch does not tell.</exception>
    public static nint Address(Tensor tensor) => GetAddress(tensor.Handle, out nint address) == 0
        ? address
        : throw new InvalidOperationException("libtorch does not tell the address of a tensor.");

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_get_data_ptr")]
    private static partial int GetAddress(nint tensor, out nint address);
}
