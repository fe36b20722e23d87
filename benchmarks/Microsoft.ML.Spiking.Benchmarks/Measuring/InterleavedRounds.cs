using System.Diagnostics;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>
/// Runs contenders in turn, round after round, so that what slows the machine down for a while slows all of them.
/// </summary>
internal static class InterleavedRounds
{
    // Long enough for the clock and for the threads to start.
    private const double SecondsForEach = 0.02;

    /// <summary>Seconds for one run of each contender, [contender][round].</summary>
    /// <param name="rounds">Number of rounds; at least seven for figures that are published.</param>
    /// <param name="contenders">What is compared. Each runs as often in a round as the fastest needs for 20 ms.</param>
    public static double[][] Measure(int rounds, params Action[] contenders)
    {
        // The first run compiles and touches memory; the second tells how long one takes.
        double fastest = double.PositiveInfinity;
        foreach (Action contender in contenders)
        {
            Time(contender, 1);
            fastest = Math.Min(fastest, Time(contender, 1));
        }
        int repeats = (int)Math.Clamp(SecondsForEach / fastest, 1, 10_000);
        double[][] seconds = [.. contenders.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                // Every contender follows every other equally often.
                int turn = (i + round) % contenders.Length;
                seconds[turn][round] = Time(contenders[turn], repeats) / repeats;
            }
        }
        return seconds;
    }

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
