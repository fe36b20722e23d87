using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Samples.Tests;

/// <summary>A row of the tests' data.</summary>
internal sealed class SampleRow
{
    [VectorType(TestModel.FeatureCount)]
    public float[] Features { get; set; } = [];

    public string Label { get; set; } = "";
}
