namespace Predict;

/// <summary>A row to be scored. The label is there because pipelines that turn labels into keys ask for the column.</summary>
internal sealed class Row
{
    public float[] Features { get; set; } = [];

    public string Label { get; set; } = "";
}
