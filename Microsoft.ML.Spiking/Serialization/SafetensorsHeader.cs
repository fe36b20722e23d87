using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>Reads and checks the header of a safetensors file.</summary>
internal static class SafetensorsHeader
{
    public const string What = "The file of weights";

    private static readonly JsonDocumentOptions DocumentOptions =
        new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>The arrays that the header announces, in the order of their data, which is without gaps.</summary>
    /// <param name="stream">Stands at the first byte of the file; afterwards at the first byte of the data.</param>
    /// <param name="ofOthers">Whether the file may have other types than this library writes.</param>
    /// <exception cref="FormatException">The header is damaged, or of a kind that is not read.</exception>
    public static IReadOnlyList<SafetensorsEntry> Read(Stream stream, bool ofOthers = false)
    {
        long length = BinaryPrimitives.ReadInt64LittleEndian(BoundedReading.ReadExactly(stream, sizeof(long), What));
        if (length is < 2 or > ModelFormat.LargestHeader)
        {
            throw new FormatException(Invariant($"{What} announces a header of {length:N0} bytes; ") +
                Invariant($"from 2 to {ModelFormat.LargestHeader:N0} are possible. The file is damaged."));
        }
        byte[] header = BoundedReading.ReadExactly(stream, (int)length, "The header of the file of weights");
        try
        {
            using JsonDocument document = JsonDocument.Parse(header, DocumentOptions);
            return InOrder(document.RootElement, ofOthers);
        }
        catch (Exception exception) when (exception is JsonException
            or InvalidOperationException) // text that is not valid Unicode throws when it is read
        {
            throw new FormatException($"{What} has a damaged header: {Quotation.OfSentence(exception.Message)}");
        }
    }

    private static List<SafetensorsEntry> InOrder(JsonElement root, bool ofOthers)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{What} has a damaged header: it is not a JSON object.");
        }
        var entries = new List<SafetensorsEntry>();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name != SafetensorsEntry.Metadata)
            {
                entries.Add(Entry(property.Name, property.Value, ofOthers));
            }
        }
        entries.Sort((left, right) =>
            left.Begin != right.Begin ? left.Begin.CompareTo(right.Begin) : left.End.CompareTo(right.End));
        long expected = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Begin != expected)
            {
                throw new FormatException($"{What} places the array '{Quotation.Of(entry.Name)}' at byte " +
                    Invariant($"{entry.Begin:N0} where {expected:N0} was expected: arrays must follow one another ") +
                    "without gaps or overlaps.");
            }
            expected = entry.End;
        }
        return entries;
    }

    private static SafetensorsEntry Entry(string name, JsonElement value, bool ofOthers)
    {
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out JsonElement type)
            || type.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out JsonElement shape)
            || Numbers(shape) is not long[] lengths
            || !value.TryGetProperty("data_offsets", out JsonElement offsets)
            || Numbers(offsets) is not [long begin, long end])
        {
            throw new FormatException(
                $"{What} describes the array '{Quotation.Of(name)}' without a valid dtype, shape and data_offsets.");
        }
        if (StoredTypes.OfSafetensors(type.GetString()!) is not StoredType stored
            || !(ofOthers ? stored != StoredType.Int8 : SafetensorsEntry.IsOwn(stored)))
        {
            throw new FormatException($"{What} holds the array '{Quotation.Of(name)}' as " +
                $"{Quotation.Of(type.GetString()!)}; only " + (ofOthers ? "F32, F64, F16, BF16 and I64 are read."
                    : "F32 (32-bit floating point) and I8 (8-bit integers) are read."));
        }
        if (lengths.Length > NetworkLimits.MostDimensions)
        {
            throw new FormatException(Invariant($"{What} announces {lengths.Length:N0} dimensions for the array ") +
                $"'{Quotation.Of(name)}'; at most {NetworkLimits.MostDimensions} are possible.");
        }
        int[] dimensions = new int[lengths.Length];
        long size = stored.Size();
        for (int i = 0; i < lengths.Length; i++)
        {
            // A hostile header may announce more than 2^63 bytes.
            if (lengths[i] is < 0 or > int.MaxValue || (lengths[i] > 0 && size > long.MaxValue / lengths[i]))
            {
                throw new FormatException(
                    $"{What} announces an impossible shape for the array '{Quotation.Of(name)}'.");
            }
            size *= lengths[i];
            dimensions[i] = (int)lengths[i];
        }
        return begin >= 0 && end >= begin && end - begin == size
            ? new(name, stored, dimensions, begin, end)
            : throw new FormatException(Invariant($"{What} gives the array '{Quotation.Of(name)}' the bytes ") +
                Invariant($"{begin:N0} to {end:N0}; its shape needs {size:N0} bytes."));
    }

    private static long[]? Numbers(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        long[] numbers = new long[element.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i++]))
            {
                return null;
            }
        }
        return numbers;
    }
}

/// <summary>One array as the header of a safetensors file describes it.</summary>
/// <param name="Name">Unique within the file.</param>
/// <param name="Type">Of its values.</param>
/// <param name="Shape">Row-major lengths.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">Byte after the last.</param>
internal sealed record SafetensorsEntry(
    string Name, StoredType Type, IReadOnlyList<int> Shape, long Begin, long End)
{
    /// <summary>The header's entry that describes no array.</summary>
    public const string Metadata = "__metadata__";

    /// <summary>Gets the precision of the values in this library's files.</summary>
    public WeightPrecision Precision =>
        Type == StoredType.Int8 ? WeightPrecision.Int8 : WeightPrecision.Float32;

    /// <summary>Returns the name of an element type, and its bytes.</summary>
    public static (string Name, int Size) TypeOf(WeightPrecision precision) =>
        precision == WeightPrecision.Int8 ? ("I8", sizeof(sbyte)) : ("F32", sizeof(float));

    /// <summary>Returns whether this library's files have that type.</summary>
    public static bool IsOwn(StoredType type) => type is StoredType.Float32 or StoredType.Int8;

    /// <summary>Returns the name of the array that holds the scales of an array of int8.</summary>
    public static string ScalesOf(string name) => $"{name}.int8_scale";
}
