using System.IO.Compression;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Formats.Hdf5;

/// <summary>Where the elements of a dataset lie: in its header, in one piece, or in chunks.</summary>
internal sealed class Hdf5Layout
{
    private const int Compact = 0, Contiguous = 1, Chunked = 2;
    private const int Deflate = 1, Shuffle = 2, Fletcher32 = 3;
    private const int NodeHeaderSize = 24, ChunkKeySize = 24;
    private const int MostChunkBytes = 1 << 24;

    // Bytes of a piece of a dataset that lies in one.
    private const int PieceBytes = 1 << 16;

    private readonly Hdf5Bytes _bytes;
    private readonly string _path;
    private readonly int _elementSize;
    private readonly byte[]? _compact;
    private readonly long _address;
    private readonly long _length;
    private readonly int[] _filters = [];
    private readonly Dictionary<long, (long Address, long Length, long Left)> _chunks = [];
    private readonly long _chunkElements;
    private long _loaded = -1; // the first element of the chunk that is kept
    private byte[] _chunk = [];

    /// <param name="bytes">The file.</param>
    /// <param name="message">The header's message of the layout.</param>
    /// <param name="filters">The header's message of the filters; empty for none.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="path">The dataset's name, for messages.</param>
    public Hdf5Layout(
        Hdf5Bytes bytes, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> filters, int elementSize, string path)
    {
        (_bytes, _path, _elementSize) = (bytes, path, elementSize);
        var cursor = new Hdf5Cursor(message.Span);
        int version = cursor.Byte(), kind = cursor.Byte();
        if (version is not (3 or 4) || kind > Chunked || (version == 4 && kind == Chunked))
        {
            throw new InvalidDataException($"'{path}' is stored as only HDF5 1.10 or later does, or " +
                "before 1.6; write the file with libver='earliest'");
        }
        switch (kind)
        {
            case Compact:
                _compact = cursor.Take(cursor.UInt16()).ToArray();
                break;
            case Contiguous:
                (_address, _length) = (cursor.Int64(), cursor.Int64());
                break;
            default:
                _filters = ReadFilters(filters.Span, path);
                int dimensions = cursor.Byte();
                long tree = cursor.Int64();
                _chunkElements = cursor.UInt32();
                long size = cursor.UInt32();
                if (dimensions != 2 || size != elementSize || _chunkElements is 0 or > MostChunkBytes ||
                    _chunkElements * size > MostChunkBytes)
                {
                    throw new InvalidDataException(Invariant($"'{path}' has chunks of {_chunkElements} elements of ") +
                        Invariant($"{size} bytes; {MostChunkBytes} bytes are the most that are read"));
                }
                int nodes = 0;
                AddChunks(tree, level: null, ref nodes);
                break;
        }
    }

    /// <summary>Returns the bytes from an element on, of as many elements as lie together; at least one.</summary>
    /// <param name="index">The element.</param>
    /// <param name="wanted">The elements that are wanted.</param>
    public ReadOnlySpan<byte> From(long index, long wanted)
    {
        if (_compact is not null)
        {
            return Whole(_compact, index * _elementSize);
        }
        if (_chunkElements > 0)
        {
            long first = index / _chunkElements * _chunkElements;
            Load(first);
            return Whole(_chunk, (index - first) * _elementSize);
        }
        if (index >= _length / _elementSize)
        {
            throw new InvalidDataException(Invariant($"'{_path}' has no element {index} where it lies"));
        }
        long most = Math.Min((_length / _elementSize) - index, PieceBytes / _elementSize);
        return _bytes.Read(_address + (index * _elementSize), Math.Min(wanted, most) * _elementSize,
            $"the content of '{_path}'");
    }

    private ReadOnlySpan<byte> Whole(byte[] bytes, long from)
    {
        long elements = (bytes.Length - from) / _elementSize;
        return elements > 0 ? bytes.AsSpan((int)from, (int)elements * _elementSize)
            : throw new InvalidDataException($"'{_path}' ends before its last element");
    }

    // A node: key, then child and key in turns; a key is the chunk's length, which filters it lacks, and its first
    // element and byte.
    private void AddChunks(long address, int? level, ref int nodes)
    {
        var cursor = new Hdf5Cursor(_bytes.Read(address, NodeHeaderSize, "a node of chunks", "TREE"u8));
        int count = Hdf5Header.NodeCount(ref cursor, nodeType: 1, ref level);
        Hdf5Header.Count(ref nodes, _bytes);
        cursor = new Hdf5Cursor(
            _bytes.Read(address + NodeHeaderSize, (long)(ChunkKeySize + 8) * count, "a node of chunks"));
        for (int i = 0; i < count; i++)
        {
            long length = cursor.UInt32(), left = cursor.UInt32(), first = cursor.Int64();
            cursor.Skip(8);
            long child = cursor.Int64();
            if (level > 0)
            {
                AddChunks(child, level - 1, ref nodes);
            }
            else
            {
                _chunks[first] = (child, length, left);
            }
        }
    }

    private void Load(long first)
    {
        if (first == _loaded)
        {
            return;
        }
        if (!_chunks.TryGetValue(first, out (long Address, long Length, long Left) chunk))
        {
            throw new InvalidDataException(Invariant($"the chunk of '{_path}' with element {first} is missing"));
        }
        byte[] content = _bytes.Read(chunk.Address, chunk.Length, $"a chunk of '{_path}'");
        for (int i = _filters.Length - 1; i >= 0; i--)
        {
            if ((chunk.Left >> i & 1) == 0)
            {
                content = _filters[i] switch
                {
                    Deflate => Inflate(content),
                    Shuffle => Unshuffle(content),
                    _ => content[..Math.Max(0, content.Length - 4)], // a checksum at the end
                };
            }
        }
        (_loaded, _chunk) = (first, content);
    }

    // No more is kept than a chunk may have, whatever the bytes unpack to.
    private byte[] Inflate(byte[] packed)
    {
        using var source = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        byte[] content = new byte[(_chunkElements * _elementSize) + 4]; // and a checksum, where there is one
        return content[..source.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
    }

    // All first bytes, then all second ones, and so on.
    private byte[] Unshuffle(byte[] shuffled)
    {
        byte[] content = (byte[])shuffled.Clone();
        int elements = content.Length / _elementSize;
        for (int i = 0; i < elements; i++)
        {
            for (int k = 0; k < _elementSize; k++)
            {
                content[(i * _elementSize) + k] = shuffled[(k * elements) + i];
            }
        }
        return content;
    }

    // version, number; in version 1 6 bytes reserved; then of each its number, the length of its name, flags, number
    // of parameters, name and parameters
    private static int[] ReadFilters(ReadOnlySpan<byte> message, string path)
    {
        if (message.IsEmpty)
        {
            return [];
        }
        var cursor = new Hdf5Cursor(message);
        int version = cursor.Byte();
        int[] filters = new int[cursor.Byte()];
        cursor.Skip(version == 1 ? 6 : 0);
        for (int i = 0; i < filters.Length; i++)
        {
            int filter = filters[i] = cursor.UInt16();
            if (filter is not (Deflate or Shuffle or Fletcher32))
            {
                throw new InvalidDataException(Invariant($"'{path}' is packed by filter {filter}; gzip, shuffle and ") +
                    "fletcher32 can be read");
            }
            int name = version == 1 ? cursor.UInt16() : 0;
            cursor.Skip(2);
            int parameters = cursor.UInt16();
            cursor.Skip(((name + 7) / 8 * 8) + (4L * parameters) + (version == 1 && parameters % 2 == 1 ? 4 : 0));
        }
        return filters;
    }
}
