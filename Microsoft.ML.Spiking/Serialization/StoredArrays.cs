using System.Buffers.Binary;
using System.Runtime.CompilerServices;
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
                _codes.Add(entry.Name, Values<sbyte>(stream, entry, isThere));
                break;
            case WeightPrecision.BFloat16:
                ushort[] halves = Values<ushort>(stream, entry, isThere);
                if (!BitConverter.IsLittleEndian)
                {
                    BinaryPrimitives.ReverseEndianness(halves, halves);
                }
                _floats.Add(entry.Name, Array.ConvertAll(halves, BFloat16Bits.ToSingle));
                break;
            default:
                float[] values = Values<float>(stream, entry, isThere);
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
                : new WeightArray(entry.Name, entry.Shape, _floats[entry.Name], entry.Precision)),
    ];

    private static T[] Values<T>(Stream stream, SafetensorsEntry entry, bool isThere)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        long count = (entry.End - entry.Begin) / size;
        if (count > Array.MaxLength)
        {
            throw new FormatException(
                Invariant($"{SafetensorsHeader.What} announces {count:N0} values for the array ") +
                Invariant($"'{Quotation.Of(entry.Name)}'; at most {Array.MaxLength:N0} are possible."));
        }
        T[] values = new T[isThere ? count : Math.Min(count, FirstBufferBytes / size)];
        long filled = 0; // bytes
        while (filled < count * size)
        {
            if (filled == (long)values.Length * size)
            {
                Array.Resize(ref values, (int)Math.Min(count, 2L * values.Length));
            }
            int read = stream.Read(Remaining(values, filled, size));
            if (read == 0)
            {
                throw new FormatException(
                    $"{SafetensorsHeader.What} is cut short within the array '{Quotation.Of(entry.Name)}'.");
            }
            filled += read;
        }
        return values;
    }

    /// <summary>Returns the place of the next bytes: at most 1 GiB, because an int counts a span of bytes.</summary>
    private static Span<byte> Remaining<T>(T[] values, long filled, int size)
        where T : unmanaged
    {
        int first = (int)(filled / size);
        int within = (int)(filled % size);
        int length = Math.Min(values.Length - first, 1 << 28);
        return MemoryMarshal.AsBytes(values.AsSpan(first, length))[within..];
    }
}
