using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Formats.Hdf5;

/// <summary>A dataset of one dimension: numbers, or lists of numbers.</summary>
internal sealed class Hdf5Dataset
{
    private readonly Hdf5Bytes _bytes;
    private readonly string _path;
    private readonly Hdf5Layout _layout;
    private readonly Hdf5Heap _heap;

    /// <param name="bytes">The file.</param>
    /// <param name="messages">The dataset's header.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">It is damaged or of another kind; the message says why.</exception>
    public Hdf5Dataset(Hdf5Bytes bytes, IReadOnlyList<Hdf5Message> messages, string path)
    {
        (_bytes, _path) = (bytes, path);
        _heap = new Hdf5Heap(bytes);
        Type = Hdf5Type.Read(Message(messages, Hdf5Message.Datatype, "type").Span, path);
        Count = ReadCount(Message(messages, Hdf5Message.Dataspace, "size").Span, path);
        _layout = new Hdf5Layout(bytes, Message(messages, Hdf5Message.Layout, "place"),
            messages.FirstOrDefault(message => message.Type == Hdf5Message.Filters).Data, Type.ElementSize, path);
    }

    /// <summary>Gets the type of the numbers.</summary>
    public Hdf5Type Type { get; }

    /// <summary>Gets the number of elements.</summary>
    public long Count { get; }

    /// <summary>Reads all numbers, of a dataset that has no lists.</summary>
    /// <param name="most">The most that are read.</param>
    public double[] ReadNumbers(int most)
    {
        if (Type.IsList || Count > most)
        {
            throw new InvalidDataException(Type.IsList ? $"'{_path}' has lists and not numbers"
                : Invariant($"'{_path}' has {Count} numbers; {most} are the most that are read"));
        }
        double[] numbers = new double[Count];
        for (long i = 0; i < Count;)
        {
            ReadOnlySpan<byte> piece = _layout.From(i, Count - i);
            double[] some = Type.Numbers(piece[..(int)Math.Min(piece.Length, (Count - i) * Type.Size)]);
            some.CopyTo(numbers.AsSpan((int)i));
            i += some.Length;
        }
        return numbers;
    }

    /// <summary>Reads one list.</summary>
    /// <param name="index">From 0 up to, but not including, <see cref="Count"/>.</param>
    public double[] ReadList(long index)
    {
        if (!Type.IsList)
        {
            throw new InvalidDataException($"'{_path}' has numbers and not lists");
        }
        var cursor = new Hdf5Cursor(_layout.From(index, wanted: 1));
        long count = cursor.UInt32(), collection = cursor.Int64(), place = cursor.UInt32();
        if (count == 0)
        {
            return [];
        }
        ReadOnlySpan<byte> numbers = _heap.Find(collection, place);
        Hdf5Bytes.CheckSize(Invariant($"list {index} of '{_path}'"), count * Type.Size, numbers.Length);
        return Type.Numbers(numbers[..(int)(count * Type.Size)]);
    }

    private static ReadOnlyMemory<byte> Message(IReadOnlyList<Hdf5Message> messages, int type, string what)
    {
        foreach (Hdf5Message message in messages)
        {
            if (message.Type == type)
            {
                return message.Data;
            }
        }
        throw new InvalidDataException($"a dataset states no {what}");
    }

    // version, dimensions, flags; reserved bytes in version 1, a kind in version 2; then the lengths
    private static long ReadCount(ReadOnlySpan<byte> message, string path)
    {
        var cursor = new Hdf5Cursor(message);
        int version = cursor.Byte(), dimensions = cursor.Byte();
        if (dimensions != 1)
        {
            throw new InvalidDataException(Invariant($"'{path}' has {dimensions} dimensions and not one"));
        }
        cursor.Skip(version == 1 ? 6 : 2);
        long count = cursor.Int64();
        return count >= 0 ? count : throw new InvalidDataException(
            Invariant($"'{path}' states {(ulong)count} elements"));
    }
}

/// <summary>The heap of an HDF5 file that holds lists: collections, of which the last one is kept.</summary>
/// <param name="bytes">The file.</param>
internal sealed class Hdf5Heap(Hdf5Bytes bytes)
{
    private const int CollectionHeaderSize = 16, ObjectHeaderSize = 16;

    private readonly Dictionary<long, (int From, int Length)> _objects = [];
    private byte[] _collection = [];
    private long _address = -1;

    /// <summary>Returns an object's bytes.</summary>
    /// <param name="collection">The collection's address.</param>
    /// <param name="index">The object's number in it.</param>
    public ReadOnlySpan<byte> Find(long collection, long index)
    {
        if (collection != _address)
        {
            Load(collection);
        }
        return _objects.TryGetValue(index, out (int From, int Length) place)
            ? _collection.AsSpan(place.From, place.Length)
            : throw new InvalidDataException(Invariant($"the heap at byte {collection} has no object {index}"));
    }

    // version, 3 bytes reserved, size; then objects: index (0 ends), references, 4 bytes reserved, size, data, padding.
    private void Load(long address)
    {
        _address = -1;
        _objects.Clear();
        var header = new Hdf5Cursor(bytes.Read(address, CollectionHeaderSize, "A global heap", "GCOL"u8));
        header.Skip(8);
        _collection = bytes.Read(address, header.Int64(), "A global heap");
        var cursor = new Hdf5Cursor(_collection);
        cursor.Skip(CollectionHeaderSize);
        while (cursor.Left > ObjectHeaderSize)
        {
            int index = cursor.UInt16();
            cursor.Skip(6);
            long length = cursor.Int64();
            if (index == 0)
            {
                break;
            }
            Hdf5Bytes.CheckSize("An object of a global heap", length, cursor.Left);
            _objects[index] = (_collection.Length - cursor.Left, (int)length);
            cursor.Skip(Math.Min((length + 7) / 8 * 8, cursor.Left));
        }
        _address = address;
    }
}
