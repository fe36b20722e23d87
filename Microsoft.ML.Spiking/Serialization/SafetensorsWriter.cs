using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// Writes arrays in the safetensors layout: the header's length (8 bytes, little-endian), the header (JSON: each
/// array's dtype, shape and data_offsets; padded with spaces so that the data starts at a multiple of 8), then the
/// values of all arrays (little-endian, in the order of the header, nothing between them). An array of int8 is followed
/// by one of float32 with the scale of each output.
/// </summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;
    private const int ChunkValues = 1 << 14;

    /// <summary>Writes the arrays.</summary>
    /// <param name="stream">Need not be seekable; stays open.</param>
    /// <param name="arrays">In the order of the file; names must be unique.</param>
    public static void Write(Stream stream, IReadOnlyList<WeightArray> arrays)
    {
        byte[] header = Header(arrays);
        int padding = -header.Length & (Alignment - 1);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length + padding);
        stream.Write(length);
        stream.Write(header);
        Span<byte> spaces = stackalloc byte[padding];
        spaces.Fill((byte)' ');
        stream.Write(spaces);
        foreach (WeightArray array in arrays)
        {
            switch (array)
            {
                case { Int8: { } int8 }:
                    stream.Write(MemoryMarshal.AsBytes(int8.Codes.AsSpan()));
                    WriteValues(stream, int8.Scales);
                    break;
                default:
                    WriteValues(stream, array.Array);
                    break;
            }
        }
    }

    private static byte[] Header(IReadOnlyList<WeightArray> arrays)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(SafetensorsEntry.Metadata);
            writer.WriteString("format", ModelFormat.Name);
            writer.WriteString("version", $"{ModelFormat.VersionOf(arrays)}");
            writer.WriteEndObject();
            long begin = 0;
            foreach (WeightArray array in arrays)
            {
                begin = WriteEntry(writer, array.Name, array.Precision, array.Shape, begin);
                if (array.Int8 is { } int8)
                {
                    begin = WriteEntry(writer, SafetensorsEntry.ScalesOf(array.Name), WeightPrecision.Float32,
                        [int8.Scales.Length], begin);
                }
            }
            writer.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>Writes the entry of an array and returns the end of its data.</summary>
    private static long WriteEntry(
        Utf8JsonWriter writer, string name, WeightPrecision precision, IReadOnlyList<int> shape, long begin)
    {
        (string type, int size) = SafetensorsEntry.TypeOf(precision);
        long end = begin + (Shapes.LongSize(shape) * size);
        writer.WriteStartObject(name);
        writer.WriteString("dtype", type);
        WriteNumbers(writer, "shape", shape.Select(length => (long)length));
        WriteNumbers(writer, "data_offsets", [begin, end]);
        writer.WriteEndObject();
        return end;
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IEnumerable<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (long number in numbers)
        {
            writer.WriteNumberValue(number);
        }
        writer.WriteEndArray();
    }

    private static void WriteValues(Stream stream, ReadOnlySpan<float> values)
    {
        while (!values.IsEmpty)
        {
            ReadOnlySpan<float> chunk = values[..Math.Min(values.Length, ChunkValues)];
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(chunk);
            if (!BitConverter.IsLittleEndian)
            {
                int[] reversed = new int[chunk.Length];
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, int>(chunk), reversed);
                bytes = MemoryMarshal.AsBytes<int>(reversed);
            }
            stream.Write(bytes);
            values = values[chunk.Length..];
        }
    }
}
