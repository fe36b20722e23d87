using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The device on which libtorch works.</summary>
internal static class DeviceChoice
{
    /// <summary>Loads libtorch and chooses the devices of a training.</summary>
    /// <returns>At least one device; the same one several times for replicas on the CPU.</returns>
    /// <exception cref="InvalidOperationException">
    /// There is no such CUDA device, or libtorch cannot be loaded.
    /// </exception>
    public static IReadOnlyList<Device> Make(TrainingSettings settings, ITrainingObserver observer)
    {
        if (settings.CudaDevices is { } devices)
        {
            return Make(devices);
        }
        Device device = Make(settings.Device, settings.CudaDeviceIndex, TorchUse.Training, settings.FallsBackToCpu);
        bool fellBack = settings.Device == ComputeDevice.Auto && device.type == DeviceType.CPU;
        if (fellBack && settings.CudaDeviceIndex is int index)
        {
            observer.Warning(string.Create(CultureInfo.InvariantCulture,
                $"CUDA device {index}, which the MLContext names, cannot be used; it allows the CPU instead."));
        }
        return [.. Enumerable.Repeat(device, settings.CpuReplicas)];
    }

    /// <summary>Loads libtorch and gives these CUDA devices.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no such CUDA device, or libtorch cannot be loaded.
    /// </exception>
    public static IReadOnlyList<Device> Make(IReadOnlyList<int> cudaDevices) =>
        [.. cudaDevices.Select(index => Make(ComputeDevice.Cuda, index, TorchUse.Training))];

    /// <summary>Says where a training runs.</summary>
    public static void Report(
        IReadOnlyList<Device> devices, NetworkDefinition network, int threads, ITrainingObserver observer)
    {
        string shared = devices.Count > 1 && network.Layers.Any(HasBatchNorm)
            ? " Batch normalization takes its statistics on each device separately." : "";
        observer.Info(devices switch
        {
            [{ type: DeviceType.CUDA }] =>
                string.Create(CultureInfo.InvariantCulture, $"Training on CUDA device {devices[0].index}."),
            [{ type: DeviceType.CUDA }, ..] => string.Create(CultureInfo.InvariantCulture,
                $"Training on the CUDA devices {string.Join(", ", devices.Select(device => device.index))}.{shared}"),
            _ => string.Create(CultureInfo.InvariantCulture,
                $"Training on the CPU with {threads} {(threads == 1 ? "thread" : "threads")}.{shared}"),
        });
        bool convolves = network.AllLayers.Any(layer => layer is ConvolutionLayer);
        if (convolves && OneDnn.IsOff && devices[0].type == DeviceType.CPU)
        {
            observer.Info("This virtual machine hides the processor's caches, without which oneDNN computes " +
                "convolutions wrongly: they run without oneDNN, more slowly.");
        }
        if (convolves && OneDnn.IsWrong && devices[0].type == DeviceType.CPU)
        {
            observer.Warning("This virtual machine hides the processor's caches, without which oneDNN computes " +
                "convolutions wrongly, and this libtorch does not let it be switched off: train on another machine.");
        }
        foreach (Device device in devices)
        {
            CudaUse.Report(device, network, observer);
        }
    }

    /// <summary>Loads libtorch and chooses the device.</summary>
    /// <param name="device">The device that the user asks for.</param>
    /// <param name="cudaIndex">Which CUDA device, from 0; null for the first, where there is one.</param>
    /// <param name="use">The purpose, for messages.</param>
    /// <param name="fallsBack">Whether Auto may take the CPU where the CUDA device that is named is not there.</param>
    /// <exception cref="InvalidOperationException">
    /// There is no such CUDA device, or libtorch cannot be loaded.
    /// </exception>
    public static Device Make(ComputeDevice device, int? cudaIndex, TorchUse use, bool fallsBack = false)
    {
        NativeRuntime.EnsureLoaded(withCuda: device != ComputeDevice.Cpu, use);
        if (device == ComputeDevice.Cpu)
        {
            return CPU;
        }
        int available = cuda.is_available() ? cuda.device_count() : 0;
        return Choose(device, cudaIndex, fallsBack, available, use) is int index
            ? new Device(DeviceType.CUDA, index) : CPU;
    }

    /// <summary>Loads libtorch, chooses the device as <see cref="Make(ComputeDevice, int?, TorchUse, bool)"/> does, and
    /// says whether it is a CUDA device.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no such CUDA device, or libtorch cannot be loaded.
    /// </exception>
    public static bool IsCuda(ComputeDevice device, int? cudaIndex, TorchUse use, bool fallsBack) =>
        Make(device, cudaIndex, use, fallsBack).type == DeviceType.CUDA;

    /// <summary>Chooses among the CUDA devices of a machine.</summary>
    /// <param name="device">Auto or CUDA.</param>
    /// <param name="cudaIndex">Which CUDA device, from 0; null for the first, where there is one.</param>
    /// <param name="fallsBack">Whether Auto may take the CPU where the CUDA device that is named is not there.</param>
    /// <param name="available">The number of CUDA devices.</param>
    /// <param name="use">The purpose, for messages.</param>
    /// <returns>The index of the device; null for the CPU.</returns>
    /// <exception cref="InvalidOperationException">There is no such CUDA device.</exception>
    internal static int? Choose(ComputeDevice device, int? cudaIndex, bool fallsBack, int available, TorchUse use)
    {
        int index = cudaIndex ?? 0;
        if (index >= 0 && index < available)
        {
            return index;
        }
        if (device == ComputeDevice.Auto && (cudaIndex is null || fallsBack))
        {
            return null;
        }
        string wanted = cudaIndex is null ? $"{use} on CUDA"
            : string.Create(CultureInfo.InvariantCulture, $"{use} on CUDA device {index}");
        throw new InvalidOperationException(available == 0
            ? $"{wanted} was asked for, but no CUDA device can be used: either the machine has none, or the " +
              "application lacks the package TorchSharp-cuda-linux or TorchSharp-cuda-windows. To train where there " +
              "is one and on the CPU elsewhere, name no index and let the device be Auto."
            : string.Create(CultureInfo.InvariantCulture,
                $"{wanted} was asked for, but there are only the devices 0 to {available - 1}."));
    }

    private static bool HasBatchNorm(Layer layer) => layer.SelfAndInner.Any(inner => inner is BatchNormLayer);
}
