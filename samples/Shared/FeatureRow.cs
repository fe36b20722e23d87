namespace Samples;

/// <summary>
/// A row to be scored. Pipelines that map labels to keys ask for the label's column too, of any type; the score does
/// not depend on it, and <see cref="IdleColumn"/> chooses the member that has its type.
/// </summary>
internal sealed class FeatureRow
{
    public float[] Features { get; set; } = [];

    public string Text { get; set; } = "";

    public bool Boolean { get; set; }

    public float Single { get; set; }

    public double Double { get; set; }

    public int Int32 { get; set; }

    public uint UInt32 { get; set; }

    public long Int64 { get; set; }
}
