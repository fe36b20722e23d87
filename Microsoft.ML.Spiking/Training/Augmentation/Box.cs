namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>A rectangle of an image; ends are exclusive.</summary>
internal readonly record struct Box(int Top, int Bottom, int Left, int Right)
{
    /// <summary>Width in pixels.</summary>
    public int Width => Right - Left;

    /// <summary>Number of pixels.</summary>
    public int Area => (Bottom - Top) * Width;

    /// <summary>Returns the part of a rectangle that lies in the image.</summary>
    public static Box Within(in ImageLayout images, int top, int left, int height, int width) => new(
        Math.Max(top, 0), Math.Min(top + height, images.Height),
        Math.Max(left, 0), Math.Min(left + width, images.Width));
}
