using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Numerics.Threading;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>The caller and the threads that libtorch's OpenMP keeps for it.</summary>
internal sealed unsafe class OpenMPTeam(int size) : WorkerTeam(size)
{
    public override void Run(int workers, Action work)
    {
        var call = new Call(work);
        var handle = GCHandle.Alloc(call);
        try
        {
            OpenMP.Parallel(&Enter, GCHandle.ToIntPtr(handle), workers);
        }
        finally
        {
            handle.Free();
        }
        call.Failure?.Throw();
    }

    [UnmanagedCallersOnly]
    private static void Enter(nint data) => ((Call)GCHandle.FromIntPtr(data).Target!).Run();

    private sealed class Call(Action work)
    {
        /// <summary>Gets the exception of the last call that failed.</summary>
        public ExceptionDispatchInfo? Failure { get; private set; }

        public void Run()
        {
            try
            {
                TimeSlice.Shorten(); // OpenMP's threads come and go
                work();
            }
#pragma warning disable CA1031 // nothing may be thrown through native frames; it is thrown again by the caller
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Failure = ExceptionDispatchInfo.Capture(exception);
            }
        }
    }
}

/// <summary>
/// The threads that torch uses for what the calling thread asks of it, for kernels of the library's own.
/// </summary>
internal static class TorchTeam
{
    /// <summary>
    /// torch's own threads where its OpenMP can be asked for them, else as many of .NET's pool. Between two operations
    /// torch's threads wait spinning, for milliseconds, on the very cores that others would need.
    /// </summary>
    public static WorkerTeam Current()
    {
        int threads = torch.get_num_threads();
        return threads <= 1 ? WorkerTeam.Caller
            : OpenMP.IsThere ? new OpenMPTeam(threads)
            : new ThreadPoolTeam(threads);
    }
}
