using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Data;

/// <summary>An image of CIFAR-10 and its class.</summary>
internal sealed class PictureRow
{
    public const int Classes = 10;

    /// <summary>[channels, height, width], from 0 to 255.</summary>
    [VectorType(3, 32, 32)]
    public float[] Features { get; set; } = [];

    [KeyType(Classes)]
    public uint Label { get; set; }
}

/// <summary>CIFAR-10 as JPEG files, in an archive beside the data of the tests.</summary>
internal static class Pictures
{
    private const string Archive = "cifar10-jpeg.tar.xz";

    /// <summary>Reads the first images of each class, the classes by turns; null if there is no archive.</summary>
    /// <param name="folder">"train" or "test".</param>
    /// <param name="count">A multiple of 10.</param>
    public static PictureRow[]? Read(string folder, int count)
    {
        if (Find() is not string archive)
        {
            return null;
        }
        string root = Unpack(archive);
        string[][] classes = [.. Directory.GetDirectories(Path.Combine(root, folder)).Order(StringComparer.Ordinal)
            .Select(name => Directory.GetFiles(name).Order(StringComparer.Ordinal).ToArray())];
        return
        [
            .. Enumerable.Range(0, count).Select(i => new PictureRow
            {
                Features = Pixels(classes[i % classes.Length][i / classes.Length]),
                Label = (uint)(i % classes.Length) + 1,
            }),
        ];
    }

    private static float[] Pixels(string file)
    {
        using MLImage image = MLImage.CreateFromFile(file);
        int pixels = image.Width * image.Height, size = image.BitsPerPixel / 8;
        ReadOnlySpan<byte> bytes = image.Pixels;
        bool isBlueFirst = image.PixelFormat == MLPixelFormat.Bgra32;
        float[] values = new float[3 * pixels];
        for (int i = 0; i < pixels; i++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                values[(channel * pixels) + i] = bytes[(i * size) + (isBlueFirst ? 2 - channel : channel)];
            }
        }
        return values;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("SPIKING_DATA") is { Length: > 0 } named)
        {
            string archive = Path.Combine(named, Archive);
            return File.Exists(archive) ? archive : null;
        }
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string archive = Path.Combine(at.FullName, "shared", "data", Archive);
            if (File.Exists(archive))
            {
                return archive;
            }
        }
        return null;
    }

    /// <summary>Unpacks under another name first, so that the folder exists completely or not at all.</summary>
    private static string Unpack(string archive)
    {
        string folder = Path.Combine(Path.GetTempPath(), "spiking-benchmarks-cifar10");
        if (Directory.Exists(folder))
        {
            return folder;
        }
        string partial = Numbers.Text($"{folder}.{Environment.ProcessId}");
        Directory.CreateDirectory(partial);
        using (Process tar = Process.Start("tar", ["xJf", archive, "-C", partial]))
        {
            tar.WaitForExit();
            if (tar.ExitCode != 0)
            {
                throw new InvalidOperationException(Numbers.Text($"tar ended with {tar.ExitCode} on {archive}."));
            }
        }
        Directory.Move(partial, folder);
        return folder;
    }
}
