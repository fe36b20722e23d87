namespace Microsoft.ML.Spiking.Serialization;

/// <summary>One array as the header of a safetensors file describes it.</summary>
/// <param name="Name">Unique within the file.</param>
/// <param name="Shape">Row-major lengths.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">Byte after the last.</param>
internal sealed record SafetensorsEntry(string Name, IReadOnlyList<int> Shape, long Begin, long End)
{
    /// <summary>The only element type that is written and read: 32-bit floating point.</summary>
    public const string ElementType = "F32";

    /// <summary>The header's entry that describes no array.</summary>
    public const string Metadata = "__metadata__";
}
