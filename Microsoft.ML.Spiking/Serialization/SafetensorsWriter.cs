using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// Writes arrays in the safetensors layout: the header's length (8 bytes, little-endian), the header (JSON: each
/// array's dtype, shape and data_offsets; padded with spaces so that the data starts at a multiple of 8), then the
/// values of all arrays (little-endian, in the order of the header, nothing between them).
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
            WriteValues(stream, array.Values.Span);
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
            writer.WriteString("version", $"{ModelFormat.Version}");
            writer.WriteEndObject();
            long begin = 0;
            foreach (WeightArray array in arrays)
            {
                long end = begin + ((long)array.Values.Length * sizeof(float));
                writer.WriteStartObject(array.Name);
                writer.WriteString("dtype", SafetensorsEntry.ElementType);
                WriteNumbers(writer, "shape", array.Shape.Select(length => (long)length));
                WriteNumbers(writer, "data_offsets", [begin, end]);
                writer.WriteEndObject();
                begin = end;
            }
            writer.WriteEndObject();
        }
        return bytes.ToArray();
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
