using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace Quickstart;

/// <summary>Reads MNIST in its own format: gzipped IDX files of images and labels.</summary>
internal static class IdxDigits
{
    private const int ImagesMagic = 0x00000803, LabelsMagic = 0x00000801;

    /// <summary>Reads the images of "train" or "t10k".</summary>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="InvalidDataException">A file does not have the format that its name implies.</exception>
    public static IReadOnlyList<DigitImage> Read(string folder, string part)
    {
        byte[] images = Unpack(Find(folder, $"{part}-images-idx3-ubyte.gz"), ImagesMagic, 16);
        byte[] labels = Unpack(Find(folder, $"{part}-labels-idx1-ubyte.gz"), LabelsMagic, 8);
        int count = labels.Length - 8, size = DigitImage.Side * DigitImage.Side;
        if (images.Length != 16 + (count * size))
        {
            throw new InvalidDataException(
                $"The '{part}' files in '{folder}' do not belong together: {count} labels and " +
                $"{(images.Length - 16) / size} images.");
        }
        var rows = new DigitImage[count];
        for (int i = 0; i < count; i++)
        {
            rows[i] = new DigitImage
            {
                Pixels = images.AsSpan(16 + (i * size), size).ToArray(),
                Label = labels[8 + i].ToString(CultureInfo.InvariantCulture),
            };
        }
        return rows;
    }

    /// <summary>Returns the file of that name, with or without "mnist-" before it.</summary>
    private static string Find(string folder, string name) =>
        new[] { name, "mnist-" + name }.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException(
            $"There is no '{name}' in '{folder}'; --data takes the folder of the four MNIST files.");

    private static byte[] Unpack(string path, int magic, int headerSize)
    {
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        byte[] bytes = memory.ToArray();
        return bytes.Length >= headerSize && BinaryPrimitives.ReadInt32BigEndian(bytes) == magic
            ? bytes
            : throw new InvalidDataException($"'{path}' is not an IDX file of the expected kind.");
    }
}
