using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.ML.Spiking.Events;
using SkiaSharp;

namespace Microsoft.ML.Spiking.Tool.Tests;

/// <summary>Small data of each kind whose classes are easy to tell apart.</summary>
internal static class Samples
{
    /// <summary>The options of a training that takes a second.</summary>
    public static readonly string[] Quick = ["--network", "16", "--epochs", "8", "--learning-rate", "0.02", "--quiet"];

    /// <summary>Writes data of a kind; returns its path and the options that it needs.</summary>
    public static string[] Write(string kind, TemporaryFolder folder) => kind switch
    {
        "CSV" => [folder.Write("pebbles.csv", Pebbles()), "--label", "kind"],
        "IDX" => [WriteIdx(folder)],
        "images" => [WriteImages(folder), "--image-size", "6"],
        _ => [WriteRecordings(folder), "--frames", "3"],
    };

    /// <summary>Returns pebbles: weight (at times missing), color and kind, in the form of a CSV file.</summary>
    public static string Pebbles(int rows = 90, int seed = 1, string separator = ",", string labels =
        "flat,round,sharp")
    {
        var random = new Random(seed);
        string[] kinds = labels.Split(',');
        var text = new StringBuilder(string.Join(separator, "weight", "color", "kind", "note") + "\n");
        for (int i = 0; i < rows; i++)
        {
            int kind = i % kinds.Length;
            double weight = (10 * kind) + (3 * random.NextDouble());
            string field = i % 17 == 5 ? "" : weight.ToString("0.00", CultureInfo.InvariantCulture);
            string color = kind == 0 ? "gray" : "\"red, dark\"";
            text.Append(string.Join(separator, field, color, kinds[kind], "-")).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Writes IDX images of 6 x 6, bright on the left or on the right; returns the images' path.</summary>
    public static string WriteIdx(TemporaryFolder folder, string part = "train", int rows = 40)
    {
        byte[] images = new byte[16 + (rows * 36)], labels = new byte[8 + rows];
        foreach ((byte[] file, int at, int value) in new[]
        {
            (images, 0, 0x803), (images, 4, rows), (images, 8, 6), (images, 12, 6), (labels, 0, 0x801), (labels, 4,
                rows),
        })
        {
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(at), value);
        }
        for (int i = 0; i < rows; i++)
        {
            labels[8 + i] = (byte)(i % 2);
            for (int p = 0; p < 36; p++)
            {
                images[16 + (i * 36) + p] = (byte)(p % 6 / 3 == i % 2 ? 200 + (i % 7) : i % 5);
            }
        }
        string path = folder.File($"{part}-images-idx3-ubyte");
        File.WriteAllBytes(path, images);
        File.WriteAllBytes(folder.File($"{part}-labels-idx1-ubyte"), labels);
        return path;
    }

    /// <summary>Writes images in class folders, red or blue; returns the folder.</summary>
    public static string WriteImages(TemporaryFolder folder, int perClass = 12)
    {
        string path = folder.File("photos");
        foreach ((string name, SKColor color) in new[] { ("blue", SKColors.Blue), ("red", SKColors.Red) })
        {
            Directory.CreateDirectory(Path.Combine(path, name));
            for (int i = 0; i < perClass; i++)
            {
                using var bitmap = new SKBitmap(10, 8);
                bitmap.Erase(color);
                bitmap.SetPixel(i % 10, 3, SKColors.White);
                using FileStream stream =
                    File.Create(Path.Combine(path, name, string.Create(CultureInfo.InvariantCulture, $"{i:00}.png")));
                bitmap.Encode(stream, SKEncodedImageFormat.Png, 100);
            }
        }
        return path;
    }

    /// <summary>
    /// Writes recordings in class folders, with events on the left or on the right; returns the folder.
    /// </summary>
    public static string WriteRecordings(TemporaryFolder folder, int perClass = 12)
    {
        string path = folder.File("recordings");
        foreach ((string name, int from) in new[] { ("left", 0), ("right", 4) })
        {
            Directory.CreateDirectory(Path.Combine(path, name));
            for (int i = 0; i < perClass; i++)
            {
                using EventWriter writer = EventWriter.Create(Path.Combine(path, name,
                    string.Create(CultureInfo.InvariantCulture, $"{i:00}.raw")), EventFormat.Evt2, width: 8, height: 6);
                writer.Write([.. Enumerable.Range(0, 60).Select(e => new Event(
                    e * 10, (ushort)(from + ((e + i) % 4)), (ushort)(e % 6), isOn: e % 2 == 0))]);
            }
        }
        return path;
    }
}
