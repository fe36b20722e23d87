namespace Samples;

/// <summary>The part of a scored row that is read.</summary>
internal sealed class ScoreRow
{
    /// <summary>Gets or sets the probability of each class; NaN if the features cannot be scored.</summary>
    public float[] Score { get; set; } = [];
}
