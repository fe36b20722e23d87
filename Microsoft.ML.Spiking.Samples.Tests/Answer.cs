namespace Microsoft.ML.Spiking.Samples.Tests;

/// <summary>A model's prediction for a row.</summary>
internal sealed class Answer
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
