using System.Diagnostics;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>
/// Runs contenders in turn, round after round, so that a temporary slowdown of the machine affects all of them.
/// </summary>
internal static class InterleavedRounds
{
    // Long enough for the clock and for the threads to start.
    private const double SecondsForEach = 0.02;

    private const int WarmUpRuns = 60;
    private const double LeastWarmUpSeconds = 0.3;
    private const double MostWarmUpSeconds = 0.5;

    /// <summary>Returns the seconds for one run of each contender, [contender][round].</summary>
    /// <param name="rounds">Number of rounds; at least seven for figures that are published.</param>
    /// <param name="contenders">The code to compare; in a round each runs often enough to take 20 ms.</param>
    public static double[][] Measure(int rounds, params Action[] contenders)
    {
        foreach (Action contender in contenders)
        {
            WarmUp(contender);
        }
        int[] repeats = [.. contenders.Select(Repeats)];
        double[][] seconds = [.. contenders.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                // Each contender follows each other one equally often.
                int turn = (i + round) % contenders.Length;
                seconds[turn][round] = Time(contenders[turn], repeats[turn]) / repeats[turn];
            }
        }
        return seconds;
    }

    /// <summary>Runs a contender until its code is fully optimized, which takes .NET 30 calls and a moment.</summary>
    private static void WarmUp(Action contender)
    {
        long start = Stopwatch.GetTimestamp();
        double seconds = 0;
        for (int i = 0; (i < WarmUpRuns || seconds < LeastWarmUpSeconds) && seconds < MostWarmUpSeconds; i++)
        {
            contender();
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static int Repeats(Action contender) =>
        (int)Math.Clamp(SecondsForEach / Time(contender, 1), 1, 1_000);

    private static double Time(Action action, int repeats)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++)
        {
            action();
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
