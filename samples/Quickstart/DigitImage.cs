using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>A row of the data: one image and the digit on it.</summary>
internal sealed class DigitImage
{
    public const int Side = 28;

    /// <summary>
    /// Gets or sets the 28 x 28 grey values, row by row from the top left, 0 for paper and 255 for ink.
    /// </summary>
    [VectorType(Side * Side)]
    public byte[] Pixels { get; set; } = new byte[Side * Side];

    /// <summary>Gets the digit, "0" to "9".</summary>
    public string Label { get; set; } = "";
}
