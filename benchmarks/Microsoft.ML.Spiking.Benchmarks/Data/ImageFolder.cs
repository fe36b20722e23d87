using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Benchmarks.Data;

/// <summary>Random JPEG files of the size of CIFAR-10's images, deleted on disposal.</summary>
internal sealed class ImageFolder : IDisposable
{
    public const int Side = 32;

    private const int BytesOfPixel = 4;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spiking-images-");

    public ImageFolder(int count)
    {
        var random = new Random(1);
        Rows = [.. Enumerable.Range(0, count).Select(i => new ImageRow
        {
            ImagePath = Draw(random, Path.Combine(_folder.FullName, $"{i}.jpg")),
            Label = (uint)(i % ImageRow.Classes),
        })];
    }

    public IReadOnlyList<ImageRow> Rows { get; }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Waves of random color and direction with a little noise; a file has about a kilobyte.</summary>
    private static string Draw(Random random, string file)
    {
        byte[] pixels = new byte[Side * Side * BytesOfPixel];
        double across = random.NextDouble() / 2, down = random.NextDouble() / 2;
        double[] phases = [6 * random.NextDouble(), 6 * random.NextDouble(), 6 * random.NextDouble()];
        for (int i = 0; i < pixels.Length; i++)
        {
            int channel = i % BytesOfPixel, x = i / BytesOfPixel % Side, y = i / BytesOfPixel / Side;
            pixels[i] = channel == BytesOfPixel - 1
                ? byte.MaxValue
                : (byte)(128 + (90 * Math.Sin((across * x) + (down * y) + phases[channel])) + random.Next(-20, 20));
        }
        using MLImage image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, pixels);
        image.Save(file);
        return file;
    }
}
