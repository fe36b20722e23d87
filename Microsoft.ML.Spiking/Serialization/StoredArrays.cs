using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// The values of a safetensors file, read entry by entry in the order of the data; those of int8 find their scales at
/// the end.
/// </summary>
internal sealed class StoredArrays
{
    private const int FirstBufferBytes = 1 << 18;

    private readonly IReadOnlyList<SafetensorsEntry> _entries;
    private readonly HashSet<string> _scales;
    private readonly Dictionary<string, float[]> _floats = new(StringComparer.Ordinal);
    private readonly Dictionary<string, sbyte[]> _codes = new(StringComparer.Ordinal);

    /// <param name="entries">The file's.</param>
    /// <exception cref="FormatException">An array of int8 has no scales, or not one for each output.</exception>
    public StoredArrays(IReadOnlyList<SafetensorsEntry> entries)
    {
        _entries = entries;
        _scales = ScalesIn(entries);
    }

    /// <summary>Returns the names of the arrays that are scales of others, one for each array of int8.</summary>
    /// <exception cref="FormatException">An array of int8 has no scales, or not one for each output.</exception>
    public static HashSet<string> ScalesIn(IReadOnlyList<SafetensorsEntry> entries)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in entries.Where(entry => entry.Precision == WeightPrecision.Int8))
        {
            string name = SafetensorsEntry.ScalesOf(entry.Name);
            SafetensorsEntry? scales = entries.FirstOrDefault(other => other.Name == name);
            if (entry.Shape.Count == 0 || scales is not { Precision: WeightPrecision.Float32, Shape: [int outputs] }
                || outputs != entry.Shape[0])
            {
                throw new FormatException($"{SafetensorsHeader.What} holds the array '{Quotation.Of(entry.Name)}' as " +
                    $"I8 and lacks its scales, an array '{Quotation.Of(name)}' of F32 with one for each output.");
            }
            names.Add(name);
        }
        return names;
    }

    /// <summary>Reads the values of the next entry.</summary>
    /// <param name="stream">Stands at its first byte.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="isThere">
    /// Whether the stream is known to hold all that it announces; else memory grows with the bytes that arrive.
    /// </param>
    /// <exception cref="FormatException">The stream ends within it.</exception>
    public void Read(Stream stream, SafetensorsEntry entry, bool isThere)
    {
        switch (entry.Precision)
        {
            case WeightPrecision.Int8:
                _codes.Add(entry.Name, [.. MemoryMarshal.Cast<byte, sbyte>(Bytes(stream, entry, isThere))]);
                break;
            default:
                float[] values = Floats(stream, entry, isThere);
                if (!BitConverter.IsLittleEndian)
                {
                    Span<int> bits = MemoryMarshal.Cast<float, int>(values.AsSpan());
                    BinaryPrimitives.ReverseEndianness(bits, bits);
                }
                _floats.Add(entry.Name, values);
                break;
        }
    }

    /// <summary>Returns the arrays, all of whose entries have been read.</summary>
    public IReadOnlyList<WeightArray> Arrays() =>
    [
        .. _entries.Where(entry => !_scales.Contains(entry.Name)).Select(entry =>
            entry.Precision == WeightPrecision.Int8
                ? new WeightArray(entry.Name, entry.Shape,
                    new Int8Rows(_codes[entry.Name], _floats[SafetensorsEntry.ScalesOf(entry.Name)]))
                : new WeightArray(entry.Name, entry.Shape, _floats[entry.Name])),
    ];

    // Not generic: such methods are compiled at the start of a program, whatever was compiled ahead of time.
    private static float[] Floats(Stream stream, SafetensorsEntry entry, bool isThere)
    {
        long count = CountOf(entry, sizeof(float));
        float[] values = new float[isThere ? count : Math.Min(count, FirstBufferBytes / sizeof(float))];
        Fill(stream, entry, filled =>
        {
            if (filled == (long)values.Length * sizeof(float))
            {
                Array.Resize(ref values, (int)Math.Min(count, 2L * values.Length));
            }
            // At most 1 GiB, because an int counts a span of bytes.
            int first = (int)(filled / sizeof(float)), within = (int)(filled % sizeof(float));
            return MemoryMarshal.AsBytes(values.AsSpan(first, Math.Min(values.Length - first, 1 << 28)))[within..];
        });
        return values;
    }

    private static byte[] Bytes(Stream stream, SafetensorsEntry entry, bool isThere)
    {
        long count = CountOf(entry, sizeof(byte));
        byte[] bytes = new byte[isThere ? count : Math.Min(count, FirstBufferBytes)];
        Fill(stream, entry, filled =>
        {
            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(count, 2L * bytes.Length));
            }
            return bytes.AsSpan((int)filled);
        });
        return bytes;
    }

    private static long CountOf(SafetensorsEntry entry, int size)
    {
        long count = (entry.End - entry.Begin) / size;
        return count <= Array.MaxLength ? count : throw new FormatException(
            Invariant($"{SafetensorsHeader.What} announces {count:N0} values for the array ") +
            Invariant($"'{Quotation.Of(entry.Name)}'; at most {Array.MaxLength:N0} are possible."));
    }

    private static void Fill(Stream stream, SafetensorsEntry entry, Place place)
    {
        long filled = 0;
        while (filled < entry.End - entry.Begin)
        {
            int read = stream.Read(place(filled));
            if (read == 0)
            {
                throw new FormatException(
                    $"{SafetensorsHeader.What} is cut short within the array '{Quotation.Of(entry.Name)}'.");
            }
            filled += read;
        }
    }

    // The place of the bytes behind those that are filled.
    private delegate Span<byte> Place(long filled);
}
