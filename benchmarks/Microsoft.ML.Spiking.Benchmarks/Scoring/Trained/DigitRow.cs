using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

/// <summary>One digit as ML.NET reads it.</summary>
internal sealed class DigitRow
{
    public const int Side = 28;
    public const int Classes = 10;

    [VectorType(Side * Side)]
    public float[] Features { get; set; } = [];

    /// <summary>Gets or sets the digit. ML.NET counts keys of rows in memory from 0; 10 would be missing.</summary>
    [KeyType(Classes)]
    public uint Label { get; set; }
}
