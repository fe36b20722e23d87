namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// Work of the library's threads in libtorch, which must have ended before the process takes libtorch down: threads
/// that are still inside it would crash, and the process would lose its exit code.
/// </summary>
internal static class NativeWork
{
    /// <summary>
    /// How long the end of the process waits: for a batch that is under way, and for the checkpoint of a training that
    /// writes some.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly object Gate = new();
    private static readonly CancellationTokenSource Source = new();
    private static int _works;
    private static int _inside; // without those that are in a callback
    private static bool _isOver;

    /// <summary>
    /// Gets a token that is cancelled when the process ends: when Main has returned, or at Environment.Exit.
    /// </summary>
    public static CancellationToken ProcessEnds => Source.Token;

    /// <summary>Runs work during which the process waits before it ends.</summary>
    /// <param name="work">Ends soon when <see cref="ProcessEnds"/> is cancelled.</param>
    /// <exception cref="OperationCanceledException">The process is ending already.</exception>
    public static T Run<T>(Func<T> work)
    {
        lock (Gate)
        {
            if (Source.IsCancellationRequested)
            {
                throw new OperationCanceledException("The process is ending: libtorch is not used any more.",
                    Source.Token);
            }
            if (_works++ == 0)
            {
                AppDomain.CurrentDomain.ProcessExit += WaitForAll;
            }
            _inside++;
        }
        try
        {
            return work();
        }
        finally
        {
            lock (Gate)
            {
                _inside--;
                if (--_works == 0)
                {
                    AppDomain.CurrentDomain.ProcessExit -= WaitForAll;
                }
                Monitor.PulseAll(Gate);
            }
        }
    }

    /// <inheritdoc cref="Run{T}"/>
    public static void Run(Action work) => Run(() =>
    {
        work();
        return 0;
    });

    /// <summary>
    /// Calls the user's code in the middle of work. The end of the process does not wait for it, because that code may
    /// be what ends the process.
    /// </summary>
    /// <param name="callback">Does not use libtorch.</param>
    public static void CallOutside(Action callback)
    {
        lock (Gate)
        {
            _inside--;
            Monitor.PulseAll(Gate);
        }
        try
        {
            callback();
        }
        finally
        {
            lock (Gate)
            {
                while (_isOver)
                {
                    Monitor.Wait(Gate); // until the process is gone
                }
                _inside++;
            }
        }
    }

    private static void WaitForAll(object? sender, EventArgs arguments)
    {
        Source.Cancel();
        lock (Gate)
        {
            long until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
            while (_inside > 0 && until - Environment.TickCount64 is > 0 and long left)
            {
                Monitor.Wait(Gate, (int)left);
            }
            _isOver = true;
        }
    }
}
