using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Spiking.Guard;

/// <summary>
/// A process with one build of the library. It reads a name of a workload from each line of its input, runs it for a
/// moment and prints the seconds of one run; without a line it waits and takes no time from the other build.
/// </summary>
internal static class Worker
{
    private const double SecondsForEach = 0.1;
    private const double SecondsOfWarmUp = 1;

    public static void Run(IReadOnlyDictionary<string, Action> workloads, TextReader input, TextWriter output)
    {
        var warm = new HashSet<string>();
        while (input.ReadLine() is string name)
        {
            Action run = workloads[name];
            if (warm.Add(name))
            {
                Repeat(run, SecondsOfWarmUp);
            }
            output.WriteLine(Repeat(run, SecondsForEach).ToString("R", CultureInfo.InvariantCulture));
            output.Flush();
        }
    }

    /// <summary>Runs for at least some seconds and returns those of one run.</summary>
    private static double Repeat(Action run, double seconds)
    {
        long start = Stopwatch.GetTimestamp();
        for (int runs = 1; ; runs++)
        {
            run();
            double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (elapsed >= seconds)
            {
                return elapsed / runs;
            }
        }
    }
}
