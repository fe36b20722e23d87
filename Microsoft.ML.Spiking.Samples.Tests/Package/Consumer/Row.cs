using Microsoft.ML.Data;

namespace Consumer;

/// <summary>A row of three classes, each with a different large feature.</summary>
internal sealed class Row
{
    [VectorType(3)]
    public float[] Features { get; set; } = [];

    public string Label { get; set; } = "";

    public static IEnumerable<Row> Some(int count) => Enumerable.Range(0, count).Select(i => new Row
    {
        Features = [.. Enumerable.Range(0, 3).Select(f => (i % 3 == f ? 2 : 0) + (i * (f + 7) % 11 / 20f))],
        Label = "abc"[i % 3].ToString(),
    });
}
