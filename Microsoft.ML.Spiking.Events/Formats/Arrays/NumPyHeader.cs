using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Arrays;

/// <summary>A field of a NumPy array's elements: the only one, without a name, of a plain array.</summary>
internal readonly record struct NumPyField(string Name, NumPyScalar Type, int Offset);

/// <summary>
/// The beginning of a .npy file: a signature, a version, the length of a text, and the text, which is a dictionary of
/// Python with the elements' type, their order and the array's shape.
/// </summary>
internal sealed partial record NumPyHeader(
    IReadOnlyList<NumPyField> Fields, int ElementSize, bool IsColumnMajor, IReadOnlyList<long> Shape)
{
    private const int LongestText = 1 << 16;
    private const int LargestElement = 1 << 10;

    public static NumPyHeader Read(ByteSource source)
    {
        ReadOnlySpan<byte> bytes = source.Fill(12);
        if (bytes.Length < 12 || bytes[0] != 0x93 || !bytes[1..].StartsWith("NUMPY"u8) || bytes[6] is < 1 or > 3)
        {
            throw source.Fault("This is not the beginning of a NumPy array of version 1 to 3.");
        }
        int start = bytes[6] == 1 ? 10 : 12;
        long length = bytes[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length > LongestText || source.Fill(start + (int)length).Length < start + length)
        {
            throw source.Fault($"The NumPy header says that it has {length} bytes; the file is damaged or cut off.",
                distance: 8);
        }
        string text = Encoding.Latin1.GetString(source.Fill(start + (int)length).Slice(start, (int)length));
        NumPyHeader header = Parse(text) ?? throw source.Fault(
            $"The NumPy header cannot be read: '{text.Trim()[..Math.Min(text.Trim().Length, 200)]}'; arrays of " +
            "numbers, or of records " +
            "of numbers, can.", start);
        source.Advance(start + (int)length);
        return header;
    }

    private static NumPyHeader? Parse(string text)
    {
        Match type = TypeText().Match(text);
        Match shape = ShapeText().Match(text);
        if (!type.Success || !shape.Success)
        {
            return null;
        }
        var lengths = new List<long>();
        foreach (string part in shape.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Trim().Length == 0)
            {
                continue;
            }
            if (!long.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long length))
            {
                return null;
            }
            lengths.Add(length);
        }
        var fields = new List<NumPyField>();
        int size = 0;
        if (type.Groups["plain"].Success)
        {
            if (NumPyScalar.Parse(type.Groups["plain"].Value) is not { } scalar)
            {
                return null;
            }
            fields.Add(new NumPyField("", scalar, 0));
            size = scalar.Size;
        }
        else
        {
            foreach (Match field in FieldText().Matches(type.Groups["fields"].Value))
            {
                string name = field.Groups["type"].Value;
                if (NumPyScalar.Parse(name) is { } scalar)
                {
                    fields.Add(new NumPyField(field.Groups["name"].Value, scalar, size));
                    size += scalar.Size;
                }
                // Padding, as in ('', '|V3').
                else if (name.StartsWith("|V", StringComparison.Ordinal)
                    && int.TryParse(name[2..], NumberStyles.None, CultureInfo.InvariantCulture, out int padding)
                    && padding <= LargestElement)
                {
                    size += padding;
                }
                else
                {
                    return null;
                }
                if (size > LargestElement)
                {
                    return null;
                }
            }
        }
        bool isColumnMajor = text.Contains("'fortran_order': True", StringComparison.Ordinal);
        return size == 0 ? null : new NumPyHeader(fields, size, isColumnMajor, lengths);
    }

    [GeneratedRegex(@"'descr':\s*(?:'(?<plain>[^']*)'|\[(?<fields>(?:\s*\([^()]*\)\s*,?)*)\s*\])")]
    private static partial Regex TypeText();

    [GeneratedRegex(@"'shape':\s*\(([\d,\sL]*)\)")]
    private static partial Regex ShapeText();

    [GeneratedRegex(@"\(\s*'(?<name>[^']*)'\s*,\s*'(?<type>[^']*)'\s*\)")]
    private static partial Regex FieldText();
}
