using System.Runtime.Intrinsics;

namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>The checks that every scorer makes before it scores.</summary>
internal static class ScoreArguments
{
    /// <summary>Checks the lengths.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The number of rows is negative, or an array is too short for them.
    /// </exception>
    public static void Check(IScorer scorer, ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(
            features.Length, checked(rows * scorer.FeatureCount), nameof(features));
        ArgumentOutOfRangeException.ThrowIfLessThan(scores.Length, checked(rows * scorer.ClassCount), nameof(scores));
    }

    /// <summary>
    /// Returns whether a row can be scored: an infinite value, or one that is not a number, would give confident
    /// nonsense.
    /// </summary>
    public static unsafe bool AreFinite(ReadOnlySpan<float> values)
    {
        // 0 x is 0 if x is finite, else not a number. Vectors of 128 bits are compiled ahead of time; those whose size
        // depends on the machine are not.
        int lanes = Vector128<float>.Count, i = 0;
        Vector128<float> zero = Vector128<float>.Zero, s0 = zero, s1 = zero, s2 = zero, s3 = zero;
        fixed (float* first = values)
        {
            for (; i <= values.Length - (4 * lanes); i += 4 * lanes)
            {
                s0 += zero * Vector128.Load(first + i);
                s1 += zero * Vector128.Load(first + i + lanes);
                s2 += zero * Vector128.Load(first + i + (2 * lanes));
                s3 += zero * Vector128.Load(first + i + (3 * lanes));
            }
        }
        float rest = Vector128.Sum((s0 + s1) + (s2 + s3));
        for (; i < values.Length; i++)
        {
            rest += 0f * values[i];
        }
        return rest == 0;
    }
}
