namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>A shift of an image, filled with 0, and its mirroring: one copy of each line.</summary>
/// <param name="Down">The line that becomes the first; negative for lines of 0 before it.</param>
/// <param name="Right">The column that becomes the first, before mirroring.</param>
/// <param name="IsMirrored">Whether left and right are exchanged.</param>
internal readonly record struct CropAndFlip(int Down, int Right, bool IsMirrored)
{
    /// <summary>Changes all planes of a row in the same way.</summary>
    /// <param name="row">The row.</param>
    /// <param name="images">Its layout.</param>
    /// <param name="scratch">At least a plane.</param>
    public void Apply(Span<float> row, in ImageLayout images, Span<float> scratch)
    {
        if (this == default)
        {
            return;
        }
        for (int plane = 0; plane < images.Planes; plane++)
        {
            Span<float> pixels = row.Slice(plane * images.PlaneSize, images.PlaneSize);
            pixels.CopyTo(scratch);
            for (int y = 0; y < images.Height; y++)
            {
                Line(pixels.Slice(y * images.Width, images.Width), scratch, y + Down, images);
            }
        }
    }

    private void Line(Span<float> line, ReadOnlySpan<float> source, int y, in ImageLayout images)
    {
        if ((uint)y >= (uint)images.Height)
        {
            line.Clear();
            return;
        }
        int start = Math.Max(0, -Right);
        int end = Math.Min(line.Length, line.Length - Right);
        line[..start].Clear();
        source.Slice((y * images.Width) + start + Right, end - start).CopyTo(line[start..]);
        line[end..].Clear();
        if (IsMirrored)
        {
            line.Reverse();
        }
    }
}
