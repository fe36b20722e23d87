using System.Collections.Concurrent;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// A thread that calls libtorch, one piece of work after the other: what libtorch and OpenMP keep for each thread that
/// calls them then exists once and not for every thread that has work.
/// </summary>
internal sealed class WorkThread
{
    private const int StackBytes = 16 << 20;

    private readonly BlockingCollection<Action> _work = [];

    /// <param name="name">Its name, for debuggers.</param>
    public WorkThread(string name)
    {
        var thread = new Thread(Work, StackBytes) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>Starts the work as soon as what was started before it has ended.</summary>
    /// <returns>Ends with the work and throws what it throws.</returns>
    public Task<T> Start<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    /// <summary>Lets the thread end behind the work that is waiting.</summary>
    public void Finish() => _work.CompleteAdding();

    private void Work()
    {
        TimeSlice.Shorten();
        foreach (Action work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
