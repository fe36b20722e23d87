namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>The softmax function, from logits to probabilities.</summary>
internal static class Softmax
{
    /// <summary>Computes exp(logit - largest), divided by their sum; logits that are not numbers give NaN.</summary>
    public static void Apply(ReadOnlySpan<float> logits, Span<float> scores)
    {
        float largest = logits[0];
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            scores[i] = MathF.Exp(logits[i] - largest);
            sum += scores[i];
        }
        float scale = (float)(1 / sum);
        for (int i = 0; i < logits.Length; i++)
        {
            scores[i] *= scale;
        }
    }
}
