using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>A row of the tests' data.</summary>
internal sealed class Pebble
{
    public float Width { get; set; }

    public float Height { get; set; }

    [VectorType(4)]
    public float[] Color { get; set; } = [];

    public string Kind { get; set; } = "";
}
