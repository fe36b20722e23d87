namespace Microsoft.ML.Spiking.Numerics.Threading;

/// <summary>The threads that share out a kernel's work.</summary>
/// <param name="size">The most threads that work at once, the caller's included; at least 1.</param>
internal abstract class WorkerTeam(int size)
{
    /// <summary>Gets the caller's thread alone.</summary>
    public static WorkerTeam Caller { get; } = new ThreadPoolTeam(1);

    /// <summary>Gets the most threads that work at once.</summary>
    public int Size { get; } = size;

    /// <summary>
    /// Calls <paramref name="work"/> on the caller's thread and on up to <paramref name="workers"/> - 1 others at once,
    /// and returns when all calls have. There may be fewer: each call must do all the work that is left.
    /// </summary>
    public abstract void Run(int workers, Action work);
}

/// <summary>The caller and threads of .NET's pool.</summary>
internal sealed class ThreadPoolTeam(int size) : WorkerTeam(size)
{
    public override void Run(int workers, Action work)
    {
        if (workers <= 1)
        {
            work();
            return;
        }
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ => work());
    }
}
