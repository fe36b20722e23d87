using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Formats.Hdf5;

/// <summary>
/// The datasets of an HDF5 file, as far as recordings need them: one dimension, numbers or lists of numbers, stored in
/// one piece or in chunks that a B-tree of version 1 finds, by default what h5py and PyTables write.
/// </summary>
/// <remarks>
/// A reader of our own, because files of strangers state sizes that general readers allocate: here every size is
/// checked against the file's length first. The HDF5 File Format Specification, version 3.0, has the layouts.
/// </remarks>
internal sealed class Hdf5File
{
    private const int SymbolSize = 40, NodeHeaderSize = 24, HeapHeaderSize = 32, SymbolNodeHeaderSize = 8;
    private const int SuperblockSize = 96;

    private static readonly byte[] Signature = [0x89, .. "HDF\r\n"u8, 0x1A, (byte)'\n'];

    private readonly Hdf5Bytes _bytes;
    private readonly long _root; // the header of the group that holds all others

    /// <param name="stream">The file; it must seek and stay open.</param>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind; the message says why.</exception>
    public Hdf5File(Stream stream)
    {
        _bytes = new Hdf5Bytes(stream);
        byte[] superblock = _bytes.Read(0, Math.Min(_bytes.Length, SuperblockSize), "the beginning");
        if (!superblock.AsSpan().StartsWith(Signature))
        {
            throw new InvalidDataException("it does not begin as an HDF5 file does");
        }
        var cursor = new Hdf5Cursor(superblock);
        cursor.Skip(Signature.Length);
        _root = Root(ref cursor);
    }

    /// <summary>Returns a dataset.</summary>
    /// <param name="path">Names of groups and, last, of the dataset, with slashes between them.</param>
    /// <exception cref="InvalidDataException">There is none, or it is damaged or of another kind.</exception>
    public Hdf5Dataset Dataset(string path)
    {
        long header = _root;
        foreach (string name in path.Split('/'))
        {
            header = Find(header, name) ??
                throw new InvalidDataException(Invariant($"there is no dataset '{path}'"));
        }
        return new Hdf5Dataset(_bytes, Hdf5Header.Read(_bytes, header), path);
    }

    private static long Root(ref Hdf5Cursor cursor)
    {
        int version = cursor.Byte();
        if (version > 3)
        {
            throw new InvalidDataException(Invariant($"version {version} of its superblock is not known"));
        }
        cursor.Skip(version < 2 ? 4 : 0);
        int offsetSize = cursor.Byte(), lengthSize = cursor.Byte();
        if (offsetSize != sizeof(long) || lengthSize != sizeof(long))
        {
            throw new InvalidDataException(
                Invariant($"its addresses have {offsetSize} bytes and its lengths {lengthSize}; 8 can be read"));
        }
        cursor.Skip(version switch { 0 => 9, 1 => 13, _ => 1 });
        if (cursor.Int64() != 0)
        {
            throw new InvalidDataException("something else precedes it in the file");
        }
        // Of the old ones free space, end and driver, then the root's entry with its name; of the new ones the
        // extension and the end.
        cursor.Skip(version < 2 ? 32 : 16);
        return cursor.Int64();
    }

    private long? Find(long header, string name)
    {
        foreach (Hdf5Message message in Hdf5Header.Read(_bytes, header))
        {
            var cursor = new Hdf5Cursor(message.Data.Span);
            if (message.Type == Hdf5Message.SymbolTable)
            {
                long tree = cursor.Int64(), heap = cursor.Int64();
                byte[] names = Names(heap);
                int nodes = 0;
                return FindSymbol(tree, level: null, names, Encoding.UTF8.GetBytes(name), ref nodes);
            }
            if (message.Type == Hdf5Message.Link && Link(ref cursor, name) is long address)
            {
                return address;
            }
            if (message.Type == Hdf5Message.LinkInfo && HasDenseLinks(ref cursor))
            {
                throw new InvalidDataException("a group stores its names in a heap of HDF5 1.8 or later; write the " +
                    "file with libver='earliest'");
            }
        }
        return null;
    }

    // version, 3 bytes reserved, size of the data, its first free place, its address
    private byte[] Names(long heap)
    {
        var cursor = new Hdf5Cursor(_bytes.Read(heap, HeapHeaderSize, "A heap of names", "HEAP"u8));
        cursor.Skip(8);
        long size = cursor.Int64();
        cursor.Skip(8);
        return _bytes.Read(cursor.Int64(), size, "A heap of names");
    }

    private long? FindSymbol(long address, int? level, byte[] names, byte[] name, ref int nodes)
    {
        var cursor = new Hdf5Cursor(_bytes.Read(address, NodeHeaderSize, "a node of a group", "TREE"u8));
        int count = Hdf5Header.NodeCount(ref cursor, nodeType: 0, ref level);
        Hdf5Header.Count(ref nodes, _bytes);
        // key, then child and key in turns
        cursor = new Hdf5Cursor(_bytes.Read(address + NodeHeaderSize, 8 + (16L * count), "a node of a group"));
        for (int i = 0; i < count; i++)
        {
            cursor.Skip(8);
            long child = cursor.Int64();
            if ((level > 0 ? FindSymbol(child, level - 1, names, name, ref nodes) : FindEntry(child, names, name))
                is long found)
            {
                return found;
            }
        }
        return null;
    }

    private long? FindEntry(long address, byte[] names, byte[] name)
    {
        var cursor = new Hdf5Cursor(_bytes.Read(address, SymbolNodeHeaderSize, "the names of a group", "SNOD"u8));
        cursor.Skip(6);
        int count = cursor.UInt16();
        cursor = new Hdf5Cursor(
            _bytes.Read(address + SymbolNodeHeaderSize, (long)SymbolSize * count, "the names of a group"));
        for (int i = 0; i < count; i++)
        {
            long at = cursor.Int64(), header = cursor.Int64();
            cursor.Skip(SymbolSize - 16);
            if (at >= 0 && at < names.Length - name.Length && names.AsSpan((int)at).StartsWith(name) &&
                names[at + name.Length] == 0)
            {
                return header;
            }
        }
        return null;
    }

    // version, flags, and what the flags announce: kind of link, order, character set, size of the name's length
    private static long? Link(ref Hdf5Cursor cursor, string name)
    {
        cursor.Skip(1);
        int flags = cursor.Byte(), kind = (flags & 8) != 0 ? cursor.Byte() : 0;
        cursor.Skip(((flags & 4) != 0 ? 8 : 0) + ((flags & 16) != 0 ? 1 : 0));
        bool isNamed = cursor.Take(cursor.Number(1 << (flags & 3))).SequenceEqual(Encoding.UTF8.GetBytes(name));
        return isNamed && kind == 0 ? cursor.Int64() : null;
    }

    private static bool HasDenseLinks(ref Hdf5Cursor cursor)
    {
        cursor.Skip(1);
        int flags = cursor.Byte();
        cursor.Skip((flags & 1) != 0 ? 8 : 0);
        return cursor.Int64() != -1;
    }
}
