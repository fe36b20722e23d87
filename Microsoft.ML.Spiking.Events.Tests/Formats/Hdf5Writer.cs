using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.Spiking.Events.Tests.Formats;

/// <summary>
/// Files of spiking audio in the newer layout of HDF5 (superblock and headers of version 2, links in the headers, of
/// which the last lie in a continuation), in chunks of two that are shuffled and deflated, under a tree of two levels.
/// Checksums, which nothing here reads, are 0.
/// </summary>
internal sealed class Hdf5Writer
{
    private const int ChunkElements = 2, ListSize = 16;

    private readonly List<byte> _bytes = [];

    /// <summary>Makes a file.</summary>
    /// <param name="recordings">Times in seconds, units and class.</param>
    /// <param name="filter">The number of the last filter; 1 is deflate.</param>
    public static byte[] SpikingAudio((float[] Seconds, ushort[] Units, int Label)[] recordings, int filter = 1)
    {
        var writer = new Hdf5Writer();
        writer._bytes.AddRange(new byte[48]);
        long times = writer.Lists([.. recordings.Select(item => Bytes<float>(item.Seconds, BitConverter.GetBytes))],
            [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0], sizeof(float), filter);
        long units = writer.Lists([.. recordings.Select(item => Bytes<ushort>(item.Units, BitConverter.GetBytes))],
            [0x10, 0, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0], sizeof(ushort), filter);
        // Big-endian, with a sign.
        long labels = writer.Dataset([.. recordings.Select(item => BitConverter.GetBytes(
            BinaryPrimitives.ReverseEndianness(item.Label)))], [0x10, 9, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0], filter);
        long spikes = writer.Group(("times", times), ("units", units));
        long root = writer.Group(("spikes", spikes), ("labels", labels));
        byte[] file = [.. writer._bytes];
        byte[] superblock = [0x89, .. "HDF\r\n"u8, 0x1A, 10, 2, 8, 8, 0, .. Long(0), .. Long(-1), .. Long(file.Length),
            .. Long(root), 0, 0, 0, 0];
        superblock.CopyTo(file, 0);
        return file;
    }

    private static byte[] Bytes<T>(T[] values, Func<T, byte[]> bytes) => [.. values.SelectMany(bytes)];

    private static byte[] Long(long value) => BitConverter.GetBytes(value);

    private static byte[] Message(int type, params byte[] data) =>
        [(byte)type, (byte)data.Length, (byte)(data.Length >> 8), 0, .. data];

    private long Put(params byte[] content)
    {
        _bytes.AddRange(new byte[(8 - (_bytes.Count % 8)) % 8]);
        long address = _bytes.Count;
        _bytes.AddRange(content);
        return address;
    }

    private long Header(params byte[] messages) =>
        Put([.. "OHDR"u8, 2, 2, .. BitConverter.GetBytes(messages.Length), .. messages, 0, 0, 0, 0]);

    private long Group(params (string Name, long Address)[] links)
    {
        byte[][] messages = [.. links.Select(link => Message(6,
            [1, 0, (byte)link.Name.Length, .. Encoding.ASCII.GetBytes(link.Name), .. Long(link.Address)]))];
        byte[] rest = [.. "OCHK"u8, .. messages[1], 0, 0, 0, 0];
        long continuation = Put(rest);
        return Header([.. Message(2, [0, 0, .. Long(-1), .. Long(-1)]), .. messages[0],
            .. Message(16, [.. Long(continuation), .. Long(rest.Length)])]);
    }

    private long Lists(byte[][] lists, byte[] type, int size, int filter)
    {
        byte[] objects = [.. lists.SelectMany((list, i) => (byte[])[(byte)(i + 1), 0, 1, 0, 0, 0, 0, 0,
            .. Long(list.Length), .. list, .. new byte[(8 - (list.Length % 8)) % 8]])];
        long heap = Put([.. "GCOL"u8, 1, 0, 0, 0, .. Long(32 + objects.Length), .. objects, .. new byte[16]]);
        return Dataset([.. lists.Select((list, i) => (byte[])[.. BitConverter.GetBytes(list.Length / size),
            .. Long(heap), .. BitConverter.GetBytes(i + 1)])],
            [0x19, 0, 0, 0, ListSize, 0, 0, 0, .. type], filter);
    }

    private long Dataset(byte[][] elements, byte[] type, int filter)
    {
        int size = elements[0].Length;
        long[] leaves = [.. elements.Chunk(ChunkElements).Select((chunk, i) =>
        {
            byte[] raw = [.. chunk.SelectMany(element => element), .. new byte[(ChunkElements - chunk.Length) * size]];
            byte[] packed = Deflate(Shuffle(raw, size));
            return Node(level: 0, ((long)i * ChunkElements, packed.Length, Put(packed)));
        })];
        long tree = Node(level: 1, [.. leaves.Select((leaf, i) => ((long)i * ChunkElements, 0, leaf))]);
        return Header([
            .. Message(1, [2, 1, 0, 1, .. Long(elements.Length)]),
            .. Message(3, type),
            .. Message(8, [3, 2, 2, .. Long(tree), ChunkElements, 0, 0, 0, (byte)size, 0, 0, 0]),
            .. Message(11, [2, 2, 2, 0, 0, 0, 1, 0, (byte)size, 0, 0, 0, (byte)filter, 0, 0, 0, 1, 0, 5, 0, 0, 0]),
        ]);
    }

    private long Node(int level, params (long First, int Length, long Address)[] children) => Put([
        .. "TREE"u8, 1, (byte)level, (byte)children.Length, 0, .. Long(-1), .. Long(-1),
        .. children.SelectMany(child => (byte[])[.. BitConverter.GetBytes(child.Length), 0, 0, 0, 0,
            .. Long(child.First), .. Long(0), .. Long(child.Address)]),
        .. new byte[24]]);

    private static byte[] Shuffle(byte[] raw, int size)
    {
        int elements = raw.Length / size;
        return [.. Enumerable.Range(0, raw.Length).Select(i => raw[(i % elements * size) + (i / elements)])];
    }

    private static byte[] Deflate(byte[] raw)
    {
        using var target = new MemoryStream();
        using (var packing = new ZLibStream(target, CompressionLevel.Optimal))
        {
            packing.Write(raw);
        }
        return target.ToArray();
    }
}
