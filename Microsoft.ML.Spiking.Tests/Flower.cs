using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>
/// A row of the tests' data: four features around the centre of its class, and columns to be passed through.
/// </summary>
internal sealed class Flower
{
    [VectorType(4)]
    public float[] Features { get; set; } = [];

    public string Label { get; set; } = "";

    public float Weight { get; set; } = 1;

    public string Name { get; set; } = "";

    public double Number { get; set; }

    [VectorType]
    public float[] Tail { get; set; } = [];
}
