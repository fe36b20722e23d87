using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>The agreement of two ways to score the same rows.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Flipped">The number of rows in which a score differs by more than the tolerance.</param>
/// <param name="Labels">The number of rows with another best class.</param>
/// <param name="LargestElsewhere">The largest difference of a score in the other rows.</param>
internal sealed record Disagreement(int Rows, int Flipped, int Labels, double LargestElsewhere)
{
    public static Disagreement Of(double[][] one, double[][] other, double tolerance)
    {
        double[] differences = [.. one.Zip(other, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max())];
        return new(one.Length, differences.Count(difference => !(difference <= tolerance)),
            one.Zip(other).Count(pair => Best(pair.First) != Best(pair.Second)),
            differences.Where(difference => difference <= tolerance).DefaultIfEmpty(0).Max());
    }

    public override string ToString() => Numbers.Text(
        $"{Flipped} of {Rows} rows flipped, {Labels} labels; elsewhere at most {LargestElsewhere:0.0e+0}");

    private static int Best(double[] scores) => Array.IndexOf(scores, scores.Max());
}
