using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>
/// A folder of class folders of small PNG files. The class is the position and color of the light, so that mixing up
/// height and width, or channels, shows: images are wider than high.
/// </summary>
internal static class ImageFiles
{
    public const int Height = 8;
    public const int Width = 12;

    public static readonly string[] Classes = ["blue below", "green left", "red above"];

    /// <summary>Writes the files.</summary>
    /// <param name="folder">The parent of the class folders.</param>
    /// <param name="count">The number of files of each class.</param>
    /// <param name="seed">The seed of the noise.</param>
    public static void Write(string folder, int count, int seed)
    {
        var random = new Random(seed);
        foreach (string name in Classes)
        {
            string target = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
            for (int i = 0; i < count; i++)
            {
                using MLImage image =
                    MLImage.CreateFromPixels(Width, Height, MLPixelFormat.Rgba32, Pixels(name, random));
                image.Save(Path.Combine(target, $"{i:000}.png"));
            }
        }
    }

    /// <summary>Returns the files, the classes in turn.</summary>
    public static IEnumerable<ImageFile> In(string folder) =>
        Directory.EnumerateFiles(folder, "*.png", SearchOption.AllDirectories)
            .OrderBy(Path.GetFileName, StringComparer.Ordinal).ThenBy(path => path, StringComparer.Ordinal)
            .Select(path => new ImageFile { Path = path, Label = Path.GetFileName(Path.GetDirectoryName(path))! });

    private static byte[] Pixels(string name, Random random)
    {
        byte[] pixels = new byte[4 * Width * Height];
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                bool isLit = name switch
                {
                    "red above" => y < Height / 2,
                    "blue below" => y >= Height / 2,
                    _ => x < Width / 2,
                };
                Span<byte> pixel = pixels.AsSpan(4 * ((y * Width) + x), 4);
                random.NextBytes(pixel);
                pixel[0] /= 4;
                pixel[1] /= 4;
                pixel[2] /= 4;
                pixel[3] = 255;
                if (isLit)
                {
                    pixel[name[0] switch { 'r' => 0, 'g' => 1, _ => 2 }] = 200;
                }
            }
        }
        return pixels;
    }
}
