using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Benchmarks.Data;

/// <summary>An image on the disk.</summary>
internal sealed class ImageRow
{
    public const int Classes = 10;

    public string ImagePath { get; set; } = "";

    /// <summary>Gets or sets the class, from 0, as ML.NET reads keys of users.</summary>
    [KeyType(Classes)]
    public uint Label { get; set; }
}
