using System.Collections.Concurrent;
using Microsoft.ML.Spiking.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The thread on which libtorch scores on one device, shared by all models of the process. What libtorch and OpenMP
/// keep for each thread that calls them, a team of threads among it, then exists once and not for every thread that
/// predicts.
/// </summary>
internal sealed class TorchWorker
{
    private const int StackBytes = 16 << 20;

    private static readonly ConcurrentDictionary<(DeviceType, int), Lazy<TorchWorker>> All = [];

    private readonly BlockingCollection<Action> _work = [];

    private TorchWorker(Device device)
    {
        Device = device;
        var thread = new Thread(Work, StackBytes) { IsBackground = true, Name = "Microsoft.ML.Spiking scoring" };
        thread.Start();
    }

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
    public void Run(Action work)
    {
        var done = new TaskCompletionSource();
        _work.Add(() =>
        {
            try
            {
                NativeWork.Run(work);
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        done.Task.GetAwaiter().GetResult();
    }

    private void Work()
    {
        TimeSlice.Shorten();
        foreach (Action work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
