namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>The log loss of a row, and the probabilities that it is of.</summary>
internal static class LogLoss
{
    /// <summary>Returns the negative logarithm of the label's probability.</summary>
    /// <param name="scores">The classes' logits.</param>
    /// <param name="label">From 0.</param>
    public static double Of(ReadOnlySpan<double> scores, long label)
    {
        double most = Most(scores), sum = 0;
        foreach (double score in scores)
        {
            sum += Math.Exp(score - most);
        }
        return Math.Log(sum) + most - scores[(int)label];
    }

    /// <summary>Writes the classes' probabilities; both may be the same memory.</summary>
    public static void Shares(ReadOnlySpan<double> scores, Span<double> shares)
    {
        double most = Most(scores), sum = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            sum += shares[i] = Math.Exp(scores[i] - most);
        }
        foreach (ref double share in shares)
        {
            share /= sum;
        }
    }

    private static double Most(ReadOnlySpan<double> scores)
    {
        double most = double.NegativeInfinity;
        foreach (double score in scores)
        {
            most = Math.Max(most, score);
        }
        return most;
    }
}
