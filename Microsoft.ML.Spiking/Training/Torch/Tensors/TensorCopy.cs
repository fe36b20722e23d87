using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>Copies between tensors and managed memory, as float32.</summary>
internal static class TensorCopy
{
    /// <summary>Returns a copy of a tensor's values. Waits for the device.</summary>
    public static float[] ToArray(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor values = DeviceWait.ToCpu(tensor.detach(), ScalarType.Float32).contiguous();
        return MemoryMarshal.Cast<byte, float>(values.bytes).ToArray();
    }

    /// <summary>Overwrites a tensor's values.</summary>
    public static void Fill(Tensor tensor, ReadOnlySpan<float> source)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor values = empty(tensor.shape, ScalarType.Float32, CPU);
        source.CopyTo(MemoryMarshal.Cast<byte, float>(values.bytes));
        tensor.copy_(values);
    }
}
