namespace Microsoft.ML.Spiking.Samples.Tests;

/// <summary>What a model says of a row.</summary>
internal sealed class Answer
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
