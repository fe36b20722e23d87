namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>Operations on the same rectangle of all planes of a row.</summary>
internal static class BoxPlanes
{
    /// <summary>Fills the rectangle with each channel's value.</summary>
    /// <param name="row">The row.</param>
    /// <param name="images">Its layout.</param>
    /// <param name="box">The rectangle.</param>
    /// <param name="values">One for each channel, or one for all.</param>
    public static void Fill(Span<float> row, in ImageLayout images, Box box, ReadOnlySpan<float> values)
    {
        for (int plane = 0; plane < images.Planes; plane++)
        {
            float value = values[values.Length == 1 ? 0 : plane % images.Channels];
            for (int y = box.Top; y < box.Bottom; y++)
            {
                row.Slice(Start(images, plane, y, box), box.Width).Fill(value);
            }
        }
    }

    /// <summary>Copies the rectangle from another row.</summary>
    public static void Copy(ReadOnlySpan<float> source, Span<float> row, in ImageLayout images, Box box)
    {
        for (int plane = 0; plane < images.Planes; plane++)
        {
            for (int y = box.Top; y < box.Bottom; y++)
            {
                int start = Start(images, plane, y, box);
                source.Slice(start, box.Width).CopyTo(row[start..]);
            }
        }
    }

    private static int Start(in ImageLayout images, int plane, int y, Box box) =>
        (plane * images.PlaneSize) + (y * images.Width) + box.Left;
}

/// <summary>A rectangle of an image; ends are exclusive.</summary>
internal readonly record struct Box(int Top, int Bottom, int Left, int Right)
{
    /// <summary>Gets the width in pixels.</summary>
    public int Width => Right - Left;

    /// <summary>Gets the number of pixels.</summary>
    public int Area => (Bottom - Top) * Width;

    /// <summary>Returns the part of a rectangle that lies in the image.</summary>
    public static Box Within(in ImageLayout images, int top, int left, int height, int width) => new(
        Math.Max(top, 0), Math.Min(top + height, images.Height),
        Math.Max(left, 0), Math.Min(left + width, images.Width));
}
