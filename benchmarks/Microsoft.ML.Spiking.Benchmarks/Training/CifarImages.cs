using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>An image of CIFAR-10, [3, 32, 32], from 0 to 255.</summary>
internal sealed class CifarImages
{
    private const int Side = 32;

    /// <summary>
    /// Gets the folder with train/CLASS/*.jpg and test/CLASS/*.jpg that SPIKING_CIFAR names; null without one.
    /// </summary>
    public static string? Folder =>
        Environment.GetEnvironmentVariable("SPIKING_CIFAR") is { Length: > 0 } folder && Directory.Exists(folder)
            ? folder : null;

    [VectorType(3, Side, Side)]
    public float[] Features { get; set; } = [];

    [KeyType(10)]
    public uint Label { get; set; }

    /// <summary>Reads as many images of each class, those that come first by name.</summary>
    /// <param name="set">train or test.</param>
    /// <param name="count">Of all classes together.</param>
    public static IReadOnlyList<CifarImages> Read(string set, int count)
    {
        string[] classes = [.. Directory.GetDirectories(Path.Combine(Folder!, set)).Order(StringComparer.Ordinal)];
        return
        [
            .. classes.SelectMany((path, label) => Directory.GetFiles(path).Order(StringComparer.Ordinal)
                .Take(count / classes.Length).Select(file => Read(file, (uint)label))),
        ];
    }

    private static CifarImages Read(string file, uint label)
    {
        using SKBitmap image = SKBitmap.Decode(file);
        float[] features = new float[3 * Side * Side];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                SKColor pixel = image.GetPixel(x, y);
                int place = (y * Side) + x;
                features[place] = pixel.Red;
                features[(Side * Side) + place] = pixel.Green;
                features[(2 * Side * Side) + place] = pixel.Blue;
            }
        }
        return new() { Features = features, Label = label };
    }
}
