using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// Runs a training on a separate thread: what libtorch keeps for each thread (number of threads, gradient mode,
/// dispose scopes, memory arenas) then never reaches the caller's.
/// </summary>
internal static class TrainingThread
{
    private const int StackBytes = 16 << 20;

    /// <summary>Runs the work and waits for it; what it throws is thrown here, with its own trace.</summary>
    /// <param name="work">See <see cref="NativeWork.Run"/>.</param>
    public static T Run<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    TimeSlice.Shorten();
                    result = NativeWork.Run(work);
                }
                catch (Exception exception)
                {
                    fault = ExceptionDispatchInfo.Capture(exception);
                }
            },
            StackBytes)
        {
            IsBackground = true,
            Name = "Microsoft.ML.Spiking training",
            CurrentCulture = Thread.CurrentThread.CurrentCulture,
            CurrentUICulture = Thread.CurrentThread.CurrentUICulture,
        };
        thread.Start();
        thread.Join();
        fault?.Throw();
        return result;
    }
}
