using System.Globalization;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>Where libtorch works.</summary>
internal static class DeviceChoice
{
    /// <summary>Loads libtorch and chooses the device.</summary>
    /// <param name="device">What the user asked for.</param>
    /// <param name="cudaIndex">Which CUDA device, from 0.</param>
    /// <param name="use">What for.</param>
    /// <exception cref="InvalidOperationException">
    /// There is no such CUDA device, or libtorch cannot be loaded.
    /// </exception>
    public static Device Make(ComputeDevice device, int cudaIndex, TorchUse use = TorchUse.Training)
    {
        NativeRuntime.EnsureLoaded(withCuda: device != ComputeDevice.Cpu, use);
        if (device == ComputeDevice.Cpu)
        {
            return CPU;
        }
        int count = cuda.is_available() ? cuda.device_count() : 0;
        if (cudaIndex >= 0 && cudaIndex < count)
        {
            return new Device(DeviceType.CUDA, cudaIndex);
        }
        if (device == ComputeDevice.Auto)
        {
            return CPU;
        }
        throw new InvalidOperationException(count == 0
            ? $"{use} on CUDA was asked for, but no CUDA device can be used: either the machine has none, or the " +
              "application lacks the package TorchSharp-cuda-linux or TorchSharp-cuda-windows."
            : string.Create(CultureInfo.InvariantCulture,
                $"{use} on CUDA device {cudaIndex} was asked for, but there are only the devices 0 to {count - 1}."));
    }
}
