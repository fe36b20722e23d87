using System.Buffers.Binary;

namespace Microsoft.ML.Spiking.Events.Formats.Arrays;

/// <summary>NumPy's name of a number's type, such as "&gt;u4": byte order, kind and size in bytes.</summary>
internal readonly record struct NumPyScalar(char Kind, int Size, bool IsBigEndian)
{
    /// <summary>Reads the name; null for a type that is no number.</summary>
    public static NumPyScalar? Parse(string name)
    {
        if (name.Length != 3 || name[0] is not ('<' or '>' or '|' or '='))
        {
            return null;
        }
        var scalar = new NumPyScalar(name[1], name[2] - '0', name[0] == '>');
        return (scalar.Kind, scalar.Size) is ('b', 1) or ('i' or 'u', 1 or 2 or 4 or 8) or ('f', 2 or 4 or 8)
            ? scalar : null;
    }

    public bool IsFloat => Kind == 'f';

    /// <summary>
    /// Reads a whole number. One of 64 bits without a sign, above the others' range, becomes the largest.
    /// </summary>
    public long ReadInteger(ReadOnlySpan<byte> bytes) => (Kind, Size) switch
    {
        ('i', 1) => (sbyte)bytes[0],
        (_, 1) => bytes[0],
        ('i', 2) => (short)Read16(bytes),
        (_, 2) => Read16(bytes),
        ('i', 4) => (int)Read32(bytes),
        (_, 4) => Read32(bytes),
        ('i', _) => (long)Read64(bytes),
        _ => (long)Math.Min(Read64(bytes), long.MaxValue),
    };

    /// <summary>Reads any number.</summary>
    public double ReadNumber(ReadOnlySpan<byte> bytes) => (Kind, Size) switch
    {
        ('f', 2) => (double)BitConverter.UInt16BitsToHalf(Read16(bytes)),
        ('f', 4) => BitConverter.UInt32BitsToSingle(Read32(bytes)),
        ('f', 8) => BitConverter.UInt64BitsToDouble(Read64(bytes)),
        _ => ReadInteger(bytes),
    };

    private ushort Read16(ReadOnlySpan<byte> bytes) => IsBigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private uint Read32(ReadOnlySpan<byte> bytes) => IsBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private ulong Read64(ReadOnlySpan<byte> bytes) => IsBigEndian
        ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
