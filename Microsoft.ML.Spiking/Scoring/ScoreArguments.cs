using System.Numerics;

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
        // 0 x is 0 for what is finite and not a number for what is not.
        Vector<float> sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            sum += Vector<float>.Zero * new Vector<float>(values[i..]);
        }
        float rest = Vector.Sum(sum);
        for (; i < values.Length; i++)
        {
            rest += 0f * values[i];
        }
        return rest == 0;
    }
}
