namespace Consumer;

/// <summary>The model's prediction.</summary>
internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";
}
