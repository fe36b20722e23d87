namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>
/// An affine transformation of an image: the source of each pixel, measured between the pixels' centers. x comes from
/// <c>Xx x + Xy y + X0</c>, y from <c>Yx x + Yy y + Y0</c>, the nearest pixel; 0 from outside.
/// </summary>
internal readonly record struct AffineWarp(double Xx, double Xy, double X0, double Yx, double Yy, double Y0)
{
    /// <summary>Moves each line by a multiple of its distance from the upper edge.</summary>
    public static AffineWarp ShearX(double factor) => new(1, factor, 0, 0, 1, 0);

    /// <summary>Moves each column by a multiple of its distance from the left edge.</summary>
    public static AffineWarp ShearY(double factor) => new(1, 0, 0, factor, 1, 0);

    /// <summary>Tilts the columns by an angle, around the middle line.</summary>
    public static AffineWarp TiltX(double degrees, in ImageLayout images)
    {
        double factor = Math.Tan(degrees * Math.PI / 180);
        return new(1, factor, -factor * 0.5 * images.Height, 0, 1, 0);
    }

    /// <summary>Moves the image to the right and down by a number of pixels.</summary>
    public static AffineWarp Translate(int right, int down) => new(1, 0, -right, 0, 1, -down);

    /// <summary>Rotates the image around its center.</summary>
    public static AffineWarp Rotate(double degrees, in ImageLayout images)
    {
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180);
        double x = 0.5 * images.Width, y = 0.5 * images.Height;
        return new(cos, sin, x - (cos * x) - (sin * y), -sin, cos, y + (sin * x) - (cos * y));
    }

    /// <summary>Transforms all planes of a row in the same way.</summary>
    /// <param name="row">The row.</param>
    /// <param name="images">Its layout.</param>
    /// <param name="scratch">At least a plane.</param>
    /// <param name="sources">At least a plane.</param>
    public void Apply(Span<float> row, in ImageLayout images, Span<float> scratch, Span<int> sources)
    {
        sources = sources[..images.PlaneSize];
        FillSources(sources, images);
        for (int plane = 0; plane < images.Planes; plane++)
        {
            Span<float> pixels = row.Slice(plane * images.PlaneSize, images.PlaneSize);
            pixels.CopyTo(scratch);
            for (int i = 0; i < pixels.Length; i++)
            {
                int source = sources[i];
                pixels[i] = source < 0 ? 0 : scratch[source];
            }
        }
    }

    /// <summary>Computes the index in the plane from which each pixel comes; -1 for none.</summary>
    private void FillSources(Span<int> sources, in ImageLayout images)
    {
        for (int y = 0, i = 0; y < images.Height; y++)
        {
            for (int x = 0; x < images.Width; x++, i++)
            {
                double sourceX = Math.Floor((Xx * (x + 0.5)) + (Xy * (y + 0.5)) + X0);
                double sourceY = Math.Floor((Yx * (x + 0.5)) + (Yy * (y + 0.5)) + Y0);
                bool isInside = sourceX >= 0 && sourceX < images.Width && sourceY >= 0 && sourceY < images.Height;
                sources[i] = isInside ? ((int)sourceY * images.Width) + (int)sourceX : -1;
            }
        }
    }
}
