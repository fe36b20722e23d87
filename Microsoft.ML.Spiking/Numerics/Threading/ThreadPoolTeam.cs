namespace Microsoft.ML.Spiking.Numerics.Threading;

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
