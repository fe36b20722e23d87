namespace Consumer;

/// <summary>What the model says.</summary>
internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";
}
