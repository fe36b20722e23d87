using System.Diagnostics;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>Processes that keep processors busy while a training runs beside them; killed on disposal.</summary>
internal sealed class BusyProcessors : IDisposable
{
    private readonly Process[] _processes;

    /// <summary>Starts the processes and waits until each of them is busy.</summary>
    /// <param name="count">The number of processes, each of one thread.</param>
    public BusyProcessors(int count)
    {
        _processes = [.. Enumerable.Range(0, count).Select(_ => ChildProcess.Start(ChildTasks.Busy))];
        foreach (Process process in _processes)
        {
            process.StandardOutput.ReadLine();
        }
    }

    /// <summary>Reports that it has started, then computes until its parent closes its input or exits.</summary>
    public static IEnumerable<double> Compute()
    {
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            Environment.Exit(0);
        })
        { IsBackground = true }.Start();
        yield return 0;
        ulong state = 1;
        while (state != 0) // an odd number times an odd number is never 0
        {
            state *= 6364136223846793005;
        }
        yield return state;
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
