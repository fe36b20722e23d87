using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// A height and a width: of a kernel, of a stride, of a padding, of an image. A number stands for both.
/// </summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
[method: JsonConstructor]
public readonly record struct Extent(int Height, int Width)
{
    internal long Pixels => (long)Height * Width;

    /// <summary>Converts a number to the same height and width.</summary>
    /// <param name="length">Both.</param>
    public static implicit operator Extent(int length) => new(length, length);

    /// <summary>Returns the same height and width.</summary>
    /// <param name="length">Both.</param>
    public static Extent FromInt32(int length) => new(length, length);

    /// <summary>Returns height x width.</summary>
    public override string ToString() => $"{Height}x{Width}";

    internal bool IsAtLeast(int least) => Height >= least && Width >= least;
}
