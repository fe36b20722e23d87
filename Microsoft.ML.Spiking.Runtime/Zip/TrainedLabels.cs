using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Runtime.Zip;

/// <summary>
/// The label's values in a stored training schema: an empty data view in ML.NET's binary format 1.1.1.5, little-endian,
/// strings as UTF-8 with their length in LEB128 before them.
/// </summary>
/// <remarks>
/// A header of 256 bytes has the place of the table of columns at 24 and their number at 48. A column is its name,
/// codec, compression (1 byte), rows of a block (LEB128), place of its blocks and place of its annotations (8 bytes
/// each, 0 for none). Annotations are their number (LEB128), then for each its kind, codec, compression, place
/// (8 bytes) and length (LEB128). A codec is its name, and parameters behind their length (LEB128). The label is the
/// column with a key's codec; its values are the annotation KeyValues, a vector.
/// </remarks>
internal static class TrainedLabels
{
    private const int TablePlace = 24, CountPlace = 48;
    private const string VectorCodec = "VBuffer";

    /// <summary>Reads the values as text; null where the label's keys stand for nothing.</summary>
    /// <param name="schema">The entry's bytes.</param>
    /// <param name="limit">The most bytes of the values, uncompressed.</param>
    /// <exception cref="FormatException">It is damaged, or the label is not a key.</exception>
    /// <exception cref="NotSupportedException">The values are of a type that is not read.</exception>
    public static string[]? Read(byte[] schema, int limit)
    {
        using var stream = new MemoryStream(schema, writable: false);
        using var reader = new BinaryReader(stream);
        try
        {
            return FindValues(reader) is { } values ? ReadValues(schema, values, limit) : null;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or OverflowException
            or InvalidDataException or IndexOutOfRangeException)
        {
            throw new FormatException($"The model's entry '{ModelFormat.SchemaEntry}' is damaged: " +
                Quotation.OfSentence(exception.Message), exception);
        }
    }

    private static Annotation? FindValues(BinaryReader reader)
    {
        int columns = (int)ReadAt(reader, CountPlace, sizeof(int));
        reader.BaseStream.Position = ReadAt(reader, TablePlace, sizeof(long));
        for (int i = 0; i < columns; i++)
        {
            _ = reader.ReadString();
            string codec = ReadCodec(reader, out _);
            _ = reader.ReadByte();
            _ = reader.Read7BitEncodedInt64();
            _ = reader.ReadInt64();
            long annotations = reader.ReadInt64();
            if (codec is "Key2" or "Key")
            {
                return annotations == 0 ? null : FindValues(reader, annotations);
            }
        }
        throw new FormatException($"The model's entry '{ModelFormat.SchemaEntry}' has no label; the file is damaged.");
    }

    private static Annotation? FindValues(BinaryReader reader, long table)
    {
        reader.BaseStream.Position = table;
        for (long left = reader.Read7BitEncodedInt64(); left > 0; left--)
        {
            string kind = reader.ReadString();
            string codec = ReadCodec(reader, out string item);
            bool isCompressed = reader.ReadByte() != 0;
            var annotation = new Annotation(item, isCompressed, reader.ReadInt64(), reader.Read7BitEncodedInt64());
            if (kind == "KeyValues" && codec == VectorCodec)
            {
                return annotation;
            }
        }
        return null;
    }

    /// <summary>Reads a codec; of a vector's also that of its items.</summary>
    private static string ReadCodec(BinaryReader reader, out string item)
    {
        string name = reader.ReadString();
        long length = reader.Read7BitEncodedInt64();
        long end = reader.BaseStream.Position + length;
        item = name == VectorCodec ? reader.ReadString() : "";
        reader.BaseStream.Position = end;
        return name;
    }

    private static string[] ReadValues(byte[] schema, Annotation values, int limit)
    {
        byte[] block = schema.AsSpan(checked((int)values.Place), checked((int)values.Length)).ToArray();
        if (values.IsCompressed)
        {
            using var inflated = new DeflateStream(new MemoryStream(block), CompressionMode.Decompress);
            block = BoundedReading.ReadToEnd(inflated, limit, "The list of the label's values");
        }
        // One vector: the number of vectors, its length or 0 and then its length, the number of its values or -1 for
        // all, the number of their indices and the indices, the values.
        using var reader = new BinaryReader(new MemoryStream(block));
        _ = reader.ReadInt32();
        int length = reader.ReadInt32();
        length = length == 0 ? reader.ReadInt32() : length;
        int present = reader.ReadInt32();
        int[] indices = new int[CheckedCount(reader.ReadInt32(), block)];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = reader.ReadInt32();
        }
        string[] texts = new string[CheckedCount(length, schema, limit)];
        Array.Fill(texts, values.Item switch { "TextSpan" => "", "Boolean" => bool.FalseString, _ => "0" });
        string[] read = values.Item == "TextSpan"
            ? ReadTexts(reader, block)
            : ReadNumbers(reader, values.Item, CheckedCount(present < 0 ? length : present, block));
        for (int i = 0; i < read.Length; i++)
        {
            texts[present < 0 ? i : indices[i]] = read[i];
        }
        return texts;
    }

    // The number of texts, where each ends in the text of all, and that.
    private static string[] ReadTexts(BinaryReader reader, byte[] block)
    {
        int[] ends = new int[CheckedCount(reader.ReadInt32(), block)];
        for (int i = 0; i < ends.Length; i++)
        {
            ends[i] = reader.ReadInt32() & int.MaxValue;
        }
        string all = reader.ReadString();
        string[] texts = new string[ends.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            int start = i == 0 ? 0 : ends[i - 1];
            texts[i] = all[start..ends[i]];
        }
        return texts;
    }

    private static string[] ReadNumbers(BinaryReader reader, string type, int count)
    {
        string[] texts = new string[count];
        int bits = 0;
        for (int i = 0; i < count; i++)
        {
            bits = type != "Boolean" ? 0 : i % 8 == 0 ? reader.ReadByte() : bits >> 1;
            texts[i] = type switch
            {
                "Boolean" => (bits & 1) != 0 ? bool.TrueString : bool.FalseString,
                "Single" => reader.ReadSingle().ToString(CultureInfo.InvariantCulture),
                "Double" => reader.ReadDouble().ToString(CultureInfo.InvariantCulture),
                "SByte" => reader.ReadSByte().ToString(CultureInfo.InvariantCulture),
                "Byte" => reader.ReadByte().ToString(CultureInfo.InvariantCulture),
                "Int16" => reader.ReadInt16().ToString(CultureInfo.InvariantCulture),
                "UInt16" => reader.ReadUInt16().ToString(CultureInfo.InvariantCulture),
                "Int32" => reader.ReadInt32().ToString(CultureInfo.InvariantCulture),
                "UInt32" => reader.ReadUInt32().ToString(CultureInfo.InvariantCulture),
                "Int64" => reader.ReadInt64().ToString(CultureInfo.InvariantCulture),
                "UInt64" => reader.ReadUInt64().ToString(CultureInfo.InvariantCulture),
                _ => throw new NotSupportedException($"The label's values are of the type {Quotation.Of(type)}; " +
                    "text, numbers and Boolean values are read here."),
            };
        }
        return texts;
    }

    // Every item takes a byte at least, so that a damaged number is not taken for a large array.
    private static int CheckedCount(int count, byte[] block, int limit = 0) =>
        count >= 0 && count <= Math.Max(block.Length, limit) ? count
            : throw new InvalidDataException("a list in it announces more values than it has.");

    private static long ReadAt(BinaryReader reader, int place, int size)
    {
        reader.BaseStream.Position = place;
        return size == sizeof(int) ? reader.ReadInt32() : reader.ReadInt64();
    }

    /// <summary>Where the values are.</summary>
    /// <param name="Item">The codec of each.</param>
    /// <param name="IsCompressed">Whether they are deflated.</param>
    /// <param name="Place">The first byte.</param>
    /// <param name="Length">The number of bytes.</param>
    private sealed record Annotation(string Item, bool IsCompressed, long Place, long Length);
}
