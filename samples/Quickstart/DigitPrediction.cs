namespace Quickstart;

/// <summary>The model's prediction for an image.</summary>
internal sealed class DigitPrediction
{
    public string PredictedLabel { get; set; } = "";

    /// <summary>Gets or sets the probability of each digit.</summary>
    public float[] Score { get; set; } = [];
}
