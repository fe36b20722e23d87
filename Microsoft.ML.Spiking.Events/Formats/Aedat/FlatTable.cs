using System.Buffers.Binary;

namespace Microsoft.ML.Spiking.Events.Formats.Aedat;

/// <summary>
/// A table of a size-prefixed FlatBuffer, little-endian: at its place the distance back to its list of fields; there,
/// in 16 bits each, the size of the list, the size of the table, and the place of each field in the table, 0 for an
/// absent one.
/// </summary>
internal readonly ref struct FlatTable
{
    private readonly ReadOnlySpan<byte> _buffer;
    private readonly int _table;
    private readonly int _fields;

    /// <summary>Reads the root.</summary>
    /// <param name="buffer">Begins with the size.</param>
    /// <exception cref="InvalidDataException">A place is outside the buffer.</exception>
    public FlatTable(ReadOnlySpan<byte> buffer)
    {
        _buffer = buffer;
        _table = Place(4, Unsigned(4));
        _fields = Place(_table, -(long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(_table, 4)));
    }

    /// <summary>The field's number, of 32 bits; 0 where it is absent.</summary>
    public int Int32(int field) => FieldAt(field) is { } at ? BinaryPrimitives.ReadInt32LittleEndian(Bytes(at, 4)) : 0;

    /// <summary>The field's number, of 64 bits; 0 where it is absent.</summary>
    public long Int64(int field) => FieldAt(field) is { } at ? BinaryPrimitives.ReadInt64LittleEndian(Bytes(at, 8)) : 0;

    /// <summary>The field's vector or text of elements of that size; empty where it is absent.</summary>
    public Range Vector(int field, int elementSize)
    {
        if (FieldAt(field) is not { } at)
        {
            return default;
        }
        int vector = Place(at, Unsigned(at));
        long length = Unsigned(vector) * elementSize;
        int end = Place(vector + 4, length);
        return (vector + 4)..end;
    }

    private int? FieldAt(int field)
    {
        int size = BinaryPrimitives.ReadUInt16LittleEndian(Bytes(_fields, 2));
        int entry = 4 + (field * 2);
        if (entry + 2 > size)
        {
            return null;
        }
        int distance = BinaryPrimitives.ReadUInt16LittleEndian(Bytes(_fields + entry, 2));
        return distance == 0 ? null : Place(_table, distance);
    }

    private long Unsigned(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(at, 4));

    private int Place(int from, long distance) => from + distance is >= 0 and var place && place <= _buffer.Length
        ? (int)place : throw Outside(from + distance);

    private ReadOnlySpan<byte> Bytes(int at, int length) =>
        at <= _buffer.Length - length ? _buffer.Slice(at, length) : throw Outside(at);

    private InvalidDataException Outside(long place) =>
        new($"a table refers to byte {place} of {_buffer.Length}");
}
