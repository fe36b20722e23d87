using System.Buffers.Binary;
using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Formats.Hdf5;

/// <summary>
/// A place in bytes of an HDF5 file, from which little-endian numbers are read one after the other. Reading beyond the
/// end is a fault of the file.
/// </summary>
/// <param name="bytes">The bytes.</param>
internal ref struct Hdf5Cursor(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    /// <summary>Gets the number of bytes up to the end.</summary>
    public readonly int Left => _left.Length;

    public byte Byte() => Take(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    public long UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    /// <summary>Reads an address or a length; one that no file has is negative.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>Reads a number of 1, 2, 4 or 8 bytes.</summary>
    public long Number(int size) => size switch
    {
        1 => Byte(),
        2 => UInt16(),
        4 => UInt32(),
        _ => Int64(),
    };

    /// <summary>Moves on by some bytes.</summary>
    public void Skip(long count) => Take(count);

    /// <summary>Reads some bytes.</summary>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _left.Length)
        {
            throw new InvalidDataException("a part of it ends before what it states");
        }
        ReadOnlySpan<byte> taken = _left[..(int)count];
        _left = _left[(int)count..];
        return taken;
    }
}

/// <summary>The bytes of an HDF5 file. No more are ever held than the file has.</summary>
/// <param name="stream">The file; it must seek.</param>
internal sealed class Hdf5Bytes(Stream stream)
{
    /// <summary>Gets the length of the file.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>Reads a part of the file.</summary>
    /// <param name="address">Where it begins.</param>
    /// <param name="length">Its length in bytes, as the file states it.</param>
    /// <param name="what">What it is, for messages, with its article.</param>
    /// <exception cref="InvalidDataException">The file has no such part.</exception>
    public byte[] Read(long address, long length, string what)
    {
        if (address < 0 || address > Length)
        {
            throw new InvalidDataException(Invariant($"{what} is said to be at byte {(ulong)address} of {Length}"));
        }
        CheckSize(what, length, Length - address);
        byte[] bytes = new byte[length];
        stream.Position = address;
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Reads a part of the file that begins with a signature.</summary>
    public byte[] Read(long address, long length, string what, ReadOnlySpan<byte> signature)
    {
        byte[] bytes = Read(address, length, what);
        return bytes.AsSpan().StartsWith(signature) ? bytes : throw new InvalidDataException(
            Invariant($"at byte {address} there is no '{Encoding.ASCII.GetString(signature)}', {what}"));
    }

    /// <summary>Refuses a stated size that the file has no room for.</summary>
    public static void CheckSize(string what, long size, long most)
    {
        if (size < 0 || size > most)
        {
            throw new InvalidDataException(Invariant($"{what} states a size of {(ulong)size} bytes, of which there ") +
                Invariant($"are {most}"));
        }
    }
}
