namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>Images brought into the order in which networks take them.</summary>
internal static class PlanarImages
{
    /// <summary>Copies images from [images, height, width, channels] to [images, channels, height, width].</summary>
    /// <param name="pixels">Pixel after pixel.</param>
    /// <param name="channels">Values of a pixel.</param>
    /// <param name="plane">Pixels of an image.</param>
    /// <param name="planar">Takes as many values, channel after channel.</param>
    public static void Read(ReadOnlySpan<float> pixels, int channels, int plane, Span<float> planar)
    {
        int image = channels * plane;
        for (int start = 0; start < planar.Length; start += image)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                Span<float> values = planar.Slice(start + (channel * plane), plane);
                for (int i = 0, from = start + channel; i < values.Length; i++, from += channels)
                {
                    values[i] = pixels[from];
                }
            }
        }
    }
}
