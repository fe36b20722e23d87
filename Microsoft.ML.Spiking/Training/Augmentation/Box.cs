namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>A part of an image; ends are exclusive.</summary>
internal readonly record struct Box(int Top, int Bottom, int Left, int Right)
{
    /// <summary>Pixels across.</summary>
    public int Width => Right - Left;

    /// <summary>Pixels in it.</summary>
    public int Area => (Bottom - Top) * Width;

    /// <summary>The part of a box that lies in the image.</summary>
    public static Box Within(in ImageLayout images, int top, int left, int height, int width) => new(
        Math.Max(top, 0), Math.Min(top + height, images.Height), Math.Max(left, 0), Math.Min(left + width, images.Width));
}
