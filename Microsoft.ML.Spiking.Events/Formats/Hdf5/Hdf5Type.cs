using System.Buffers.Binary;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Formats.Hdf5;

/// <summary>A type of numbers.</summary>
/// <param name="Size">Bytes of a number: 1, 2, 4 or 8.</param>
/// <param name="IsFloat">Whether it is a number of IEEE 754; else a whole number.</param>
/// <param name="IsSigned">Whether a whole number may be negative.</param>
/// <param name="IsBigEndian">Whether the highest byte comes first.</param>
/// <param name="IsList">Whether an element is a list of such numbers, and not one.</param>
internal sealed record Hdf5Type(int Size, bool IsFloat, bool IsSigned, bool IsBigEndian, bool IsList)
{
    private const int FixedPoint = 0, FloatingPoint = 1, VariableLength = 9;

    /// <summary>Gets the bytes of an element: of a list its length, and the place of its numbers in a heap.</summary>
    public int ElementSize => IsList ? 16 : Size;

    /// <summary>Reads a type.</summary>
    /// <exception cref="InvalidDataException">It is none of numbers; the message says why.</exception>
    public static Hdf5Type Read(ReadOnlySpan<byte> message, string path, bool isList = false)
    {
        var cursor = new Hdf5Cursor(message);
        int kind = cursor.Byte() & 15, bits = cursor.Byte();
        cursor.Skip(2);
        long size = cursor.UInt32();
        if (kind == VariableLength && !isList && (bits & 15) == 0)
        {
            return Read(cursor.Take(cursor.Left), path, isList: true);
        }
        bool isFloat = kind == FloatingPoint;
        if (kind is not (FixedPoint or FloatingPoint) || !(size is 2 or 4 or 8 || (size == 1 && !isFloat)))
        {
            throw new InvalidDataException(
                Invariant($"'{path}' has elements of class {kind} and {size} bytes, and not numbers or lists of them"));
        }
        return new((int)size, isFloat, (bits & 8) != 0, (bits & 1) != 0, isList);
    }

    /// <summary>Returns the numbers in some bytes.</summary>
    public double[] Numbers(ReadOnlySpan<byte> bytes)
    {
        double[] numbers = new double[bytes.Length / Size];
        Span<byte> one = stackalloc byte[Size];
        for (int i = 0; i < numbers.Length; i++)
        {
            bytes.Slice(i * Size, Size).CopyTo(one);
            if (IsBigEndian)
            {
                one.Reverse();
            }
            numbers[i] = IsFloat ? Float(one) : Whole(one);
        }
        return numbers;
    }

    private static double Float(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        2 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        4 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
    };

    private double Whole(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }
        int unused = 64 - (8 * bytes.Length);
        return IsSigned ? (long)(value << unused) >> unused : value;
    }
}
