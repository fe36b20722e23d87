using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Augmentation;


namespace Microsoft.ML.Spiking.Tests.Training.Augmentation;

/// <summary>
/// Rows in which every value is different, and the plain arithmetic that augmentation is compared with.
/// </summary>
internal static class Images
{
    public static ImageLayout Layout { get; } = new(Frames: 2, Channels: 3, Height: 7, Width: 9);

    public static RowLayout Rows { get; } = new([3, 7, 9], 2);

    public static float[] Batch(int rows) => [.. Enumerable.Range(1, rows * Layout.RowSize).Select(i => (float)i)];

    public static BatchAugmenter Augmenter(ImageAugmentation recipe, int seed = 1, float[]? zeros = null) =>
        new(recipe, Rows, zeros ?? [0f], seed);

    /// <summary>Returns a row of a batch.</summary>
    public static float[] Row(float[] batch, int row) => batch[(row * Layout.RowSize)..((row + 1) * Layout.RowSize)];

    /// <summary>Returns the row whose pixels are <paramref name="pixel"/> of (row, plane, y, x).</summary>
    public static float[] Map(float[] row, Func<Func<int, int, int, float>, int, int, int, float> pixel)
    {
        float Read(int plane, int y, int x) => row[(((plane * Layout.Height) + y) * Layout.Width) + x];
        float[] result = new float[row.Length];
        int next = 0;
        for (int plane = 0; plane < Layout.Planes; plane++)
        {
            for (int y = 0; y < Layout.Height; y++)
            {
                for (int x = 0; x < Layout.Width; x++)
                {
                    result[next++] = pixel(Read, plane, y, x);
                }
            }
        }
        return result;
    }

    /// <summary>Returns the row moved and mirrored, pixel by pixel.</summary>
    public static float[] Moved(float[] row, int down, int right, bool isMirrored) => Map(row, (read, plane, y, x) =>
    {
        int sourceY = y + down;
        int sourceX = (isMirrored ? Layout.Width - 1 - x : x) + right;
        return sourceY >= 0 && sourceY < Layout.Height && sourceX >= 0 && sourceX < Layout.Width
            ? read(plane, sourceY, sourceX)
            : 0;
    });
}
