using System.Collections.Concurrent;
using Microsoft.ML.Spiking.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The thread on which libtorch scores on one device, shared by all models of the process and all threads that predict.
/// </summary>
internal sealed class TorchWorker
{
    private static readonly ConcurrentDictionary<(DeviceType, int), Lazy<TorchWorker>> All = [];

    private readonly WorkThread _thread = new("Microsoft.ML.Spiking scoring");

    private TorchWorker(Device device) => Device = device;

    public Device Device { get; }

    /// <summary>Loads libtorch, chooses the device and gives its thread.</summary>
    /// <param name="device">What the user asked for.</param>
    /// <param name="cudaIndex">Which CUDA device, from 0.</param>
    /// <exception cref="InvalidOperationException">There is no such CUDA device, or libtorch cannot be
    /// loaded.</exception>
    public static TorchWorker On(ComputeDevice device, int cudaIndex)
    {
        // 0 is the default: the first device where there is one.
        Device found = DeviceChoice.Make(device, cudaIndex == 0 ? null : cudaIndex, TorchUse.Scoring);
        return All.GetOrAdd((found.type, found.index), _ => new(() => new TorchWorker(found))).Value;
    }

    /// <summary>Runs the work on the thread and waits for it; what it throws is thrown here.</summary>
    /// <exception cref="OperationCanceledException">The process is ending.</exception>
    public void Run(Action work) => _thread.Start(() => NativeWork.Run(() =>
    {
        work();
        return 0;
    })).GetAwaiter().GetResult();
}
