namespace Quickstart;

/// <summary>What the model says of an image.</summary>
internal sealed class DigitPrediction
{
    public string PredictedLabel { get; set; } = "";

    /// <summary>One probability for each digit.</summary>
    public float[] Score { get; set; } = [];
}
