namespace Predict;

/// <summary>A row to be scored. It has a label because pipelines that map labels to keys ask for that column.</summary>
internal sealed class Row
{
    public float[] Features { get; set; } = [];

    public string Label { get; set; } = "";
}
