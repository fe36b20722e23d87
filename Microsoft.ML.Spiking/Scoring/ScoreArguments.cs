using System.Runtime.Intrinsics;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>What every scorer looks at before it scores.</summary>
internal static class ScoreArguments
{
    /// <exception cref="ArgumentOutOfRangeException">The number of rows is negative, or an array is too short for them.</exception>
    public static void Check(IScorer scorer, ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(features.Length, checked(rows * scorer.FeatureCount), nameof(features));
        ArgumentOutOfRangeException.ThrowIfLessThan(scores.Length, checked(rows * scorer.ClassCount), nameof(scores));
    }

    /// <summary>Whether a row can be scored: an infinite value, or one that is not a number, would give confident nonsense.</summary>
    public static bool AreFinite(ReadOnlySpan<float> values)
    {
        // 0 x is 0 for what is finite and not a number for what is not. Vectors of 128 bits are compiled ahead of time;
        // of those whose size depends on the machine nothing is.
        Vector128<float> one = Vector128<float>.Zero, other = Vector128<float>.Zero;
        int i = 0;
        for (; i <= values.Length - (2 * Vector128<float>.Count); i += 2 * Vector128<float>.Count)
        {
            one += Vector128<float>.Zero * Vector128.Create(values[i..]);
            other += Vector128<float>.Zero * Vector128.Create(values[(i + Vector128<float>.Count)..]);
        }
        float rest = Vector128.Sum(one + other);
        for (; i < values.Length; i++)
        {
            rest += 0f * values[i];
        }
        return rest == 0;
    }
}
