using System.Diagnostics;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>One row through the managed scorer and through libtorch.</summary>
internal sealed class RowSpeed : IBenchmark
{
    private const double TargetPercentile = 2;

    public string Name => "scoring-row";

    public string Description => "one row, from its features to its scores, T = 6; us, ratio with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            using var contenders = new RowContenders(digits.Network);
            output.WriteLine(contenders.AssertSameScores(200));
            RowTimes times = contenders.Measure(quick ? 9 : 25, output, [.. Widths(digits.Network)]);
            foreach (Goal goal in RowGoals.Of(Name, digits.Network.Name, times.Managed, times))
            {
                output.WriteLine(goal);
            }
            Single(contenders, digits.Network.Name, quick ? 3_000 : 20_000, output);
        }
        PathSpeed.Run(quick, output);
    }

    /// <summary>
    /// Measures narrower vectors in this process, where the compiler has all registers and instructions of the
    /// processor.
    /// </summary>
    private static IEnumerable<(string Name, Action Run)> Widths(TrainedNetwork network)
    {
        foreach (VectorWidth width in new[] { VectorWidth.Vector256, VectorWidth.Vector128, VectorWidth.Scalar })
        {
            var scorer = new ManagedScorer(network.Definition, network.Weights, width);
            float[] scores = new float[network.Definition.ClassCount];
            int next = 0;
            yield return ($"managed, {width}",
                () => scorer.Score(network.Rows[next++ % network.Rows.Length], 1, scores));
        }
    }

    /// <summary>Measures single calls: the slowest times, and the memory that they allocate.</summary>
    private void Single(RowContenders contenders, string network, int calls, TextWriter output)
    {
        double[] seconds = new double[calls];
        contenders.ScoreManaged();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            contenders.ScoreManaged();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Array.Sort(seconds);
        double median = seconds[calls / 2], late = seconds[calls * 99 / 100];
        output.WriteLine(Numbers.Text($"  {network}, {calls} single calls: fastest {seconds[0] * 1e6:0.0} us, median " +
            $"{median * 1e6:0.0} us, 90 % {seconds[calls * 9 / 10] * 1e6:0.0} us, 99 % {late * 1e6:0.0} us, slowest " +
            $"{seconds[^1] * 1e6:0.0} us"));
        output.WriteLine(new Goal($"{Name}-{network}-p99-over-median", late / median, TargetPercentile, AtMost: true));
        output.WriteLine(new Goal($"{Name}-{network}-bytes", (double)allocated / calls, 0, AtMost: true));
    }
}
