using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Samples;

/// <summary>
/// Class folders of small PNG files that a network can tell apart: horizontal or vertical bright stripes on noise.
/// </summary>
internal static class DrawnImages
{
    public const string Lying = "lying", Standing = "standing";

    private const int Width = 16, Height = 14, BytesOfPixel = 4;

    /// <summary>Draws a number of images of each class.</summary>
    public static void Draw(string folder, int count)
    {
        var random = new Random(1);
        foreach (string name in new[] { Lying, Standing })
        {
            string place = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
            for (int i = 0; i < count; i++)
            {
                Draw(random, name == Lying, Path.Combine(place, $"{i:00}.png"));
            }
        }
    }

    private static void Draw(Random random, bool isLying, string file)
    {
        byte[] pixels = new byte[Width * Height * BytesOfPixel];
        int phase = random.Next(4);
        for (int i = 0; i < pixels.Length; i++)
        {
            int x = i / BytesOfPixel % Width, y = i / BytesOfPixel / Width;
            bool isBright = ((isLying ? y : x) + phase) % 4 < 2;
            bool isOpacity = i % BytesOfPixel == BytesOfPixel - 1;
            pixels[i] = isOpacity ? byte.MaxValue : (byte)(random.Next(60) + (isBright ? 190 : 0));
        }
        using MLImage image = MLImage.CreateFromPixels(Width, Height, MLPixelFormat.Rgba32, pixels);
        image.Save(file);
    }
}
