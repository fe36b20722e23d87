namespace Samples;

/// <summary>What is read of a scored row.</summary>
internal sealed class ScoreRow
{
    /// <summary>One probability for each class; NaN where the features cannot be scored.</summary>
    public float[] Score { get; set; } = [];
}
