using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Runs the workers of this process, each on a thread of its own.</summary>
internal static class Workers
{
    /// <summary>Runs them to their end. What one of them throws stops the others and is thrown here.</summary>
    public static void Run(SweepPlan plan, CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        ExceptionDispatchInfo? fault = null;
        Thread[] threads =
        [
            .. Enumerable.Range(0, plan.Settings.Workers).Select(index => new Thread(() =>
            {
                try
                {
                    new SweepWorker(plan, index).Run(stop.Token);
                }
                catch (Exception exception)
                {
                    Interlocked.CompareExchange(ref fault, ExceptionDispatchInfo.Capture(exception), null);
                    stop.Cancel();
                }
            })
            {
                IsBackground = true,
                Name = $"Microsoft.ML.Spiking.Sweeps worker {index}",
            }),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        fault?.Throw();
    }
}
