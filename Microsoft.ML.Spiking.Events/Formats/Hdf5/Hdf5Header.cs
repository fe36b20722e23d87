using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Formats.Hdf5;

/// <summary>A message in the header of a group or dataset: a property of it.</summary>
/// <param name="Type">Which property; those that are read are constants below.</param>
/// <param name="Data">Its bytes.</param>
internal readonly record struct Hdf5Message(int Type, ReadOnlyMemory<byte> Data)
{
    public const int Dataspace = 1, LinkInfo = 2, Datatype = 3, Link = 6, Layout = 8, Filters = 11, Continuation = 16,
        SymbolTable = 17;
}

/// <summary>The headers of groups and datasets.</summary>
internal static class Hdf5Header
{
    private const int OldPrefixSize = 16, Shared = 2;
    private const int MostBlocks = 1_000;
    private const string Name = "a header";

    /// <summary>Reads all messages of a header, of version 1 or 2.</summary>
    /// <exception cref="InvalidDataException">The header is damaged; the message says why.</exception>
    public static IReadOnlyList<Hdf5Message> Read(Hdf5Bytes bytes, long address)
    {
        var messages = new List<Hdf5Message>();
        var blocks = new Queue<(long Address, long Length)>();
        byte[] prefix = bytes.Read(address, OldPrefixSize, Name);
        var cursor = new Hdf5Cursor(prefix);
        bool isOld = prefix[0] == 1, hasOrder = false;
        if (isOld)
        {
            cursor.Skip(8);
            blocks.Enqueue((address + OldPrefixSize, cursor.UInt32()));
        }
        else
        {
            if (!prefix.AsSpan().StartsWith("OHDR\u0002"u8))
            {
                throw new InvalidDataException(
                    Invariant($"there is no header of a group or dataset at byte {address}"));
            }
            // flags, times, numbers of attributes, then the length of the messages
            int flags = prefix[5], sizeOfLength = 1 << (flags & 3);
            hasOrder = (flags & 4) != 0;
            long at = address + 6 + ((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0);
            cursor = new Hdf5Cursor(bytes.Read(at, sizeOfLength, Name));
            blocks.Enqueue((at + sizeOfLength, cursor.Number(sizeOfLength)));
        }
        for (int read = 0; blocks.TryDequeue(out (long Address, long Length) block); read++)
        {
            if (read == MostBlocks)
            {
                throw new InvalidDataException(Invariant($"the header at byte {address} has no end"));
            }
            byte[] content = bytes.Read(block.Address, block.Length, Name);
            Append(content, isOld, hasOrder, isFirst: read == 0, messages, blocks);
        }
        return messages;
    }

    /// <summary>Reads the beginning of a node of a B-tree of version 1, and returns its number of entries.</summary>
    /// <param name="cursor">At the node's signature.</param>
    /// <param name="nodeType">0 for groups, 1 for chunks.</param>
    /// <param name="level">The level that it must have; null for any, which it then takes.</param>
    public static int NodeCount(ref Hdf5Cursor cursor, int nodeType, ref int? level)
    {
        cursor.Skip(4);
        int type = cursor.Byte(), own = cursor.Byte(), count = cursor.UInt16();
        if (type != nodeType || (level ?? own) != own)
        {
            throw new InvalidDataException("a tree has a node where another belongs");
        }
        level = own;
        return count;
    }

    /// <summary>Counts a node of a tree; a file has no more of them than fit into it.</summary>
    public static void Count(ref int nodes, Hdf5Bytes bytes)
    {
        if (++nodes > bytes.Length / 24)
        {
            throw new InvalidDataException("a tree has no end");
        }
    }

    private static void Append(byte[] block, bool isOld, bool hasOrder, bool isFirst, List<Hdf5Message> messages,
        Queue<(long Address, long Length)> blocks)
    {
        int from = isOld || isFirst ? 0 : 4; // "OCHK"
        int end = isOld || isFirst ? block.Length : block.Length - 4; // a checksum
        int prefix = isOld ? 8 : hasOrder ? 6 : 4;
        var cursor = new Hdf5Cursor(block.AsSpan(Math.Min(from, block.Length)..Math.Max(end, Math.Min(from,
            block.Length))));
        while (cursor.Left >= prefix)
        {
            int type = isOld ? cursor.UInt16() : cursor.Byte(), size = cursor.UInt16(), flags = cursor.Byte();
            cursor.Skip(prefix - (isOld ? 5 : 4));
            if ((flags & Shared) != 0 && type == Hdf5Message.Datatype)
            {
                throw new InvalidDataException("the type of a dataset is stored elsewhere, as a named type");
            }
            byte[] data = cursor.Take(size).ToArray();
            if (type == Hdf5Message.Continuation)
            {
                var place = new Hdf5Cursor(data);
                blocks.Enqueue((place.Int64(), place.Int64()));
            }
            messages.Add(new(type, data));
        }
    }
}
