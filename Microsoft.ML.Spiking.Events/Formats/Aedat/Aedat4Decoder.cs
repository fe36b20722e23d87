using System.Buffers.Binary;
using K4os.Compression.LZ4.Streams;
using Microsoft.ML.Spiking.Events.Reading;
using ZstdSharp;
using ZstdSharp.Unsafe;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Formats.Aedat;

/// <summary>
/// AEDAT 4: behind the header packets of a stream's number and a size, 32 bits each, and a FlatBuffer, packed by LZ4 or
/// Zstandard; a table ends the file. A packet of events holds one vector of 16 bytes an event: time in 64 bits, x, y in
/// 16, the polarity in 8.
/// </summary>
internal sealed class Aedat4Decoder : EventDecoder
{
    // 4 million events: cameras' packets have some thousands.
    private const int LargestPacketLog = 26;
    private const int LargestPacket = 1 << LargestPacketLog;
    private const int EventSize = 16;

    private readonly ByteSource _source;
    private readonly EventTally _tally;
    private readonly Aedat4Header _header;
    private readonly int _stream;
    private byte[] _packet = new byte[1 << 16];
    private int _next;
    private int _end;

    public Aedat4Decoder(ByteSource source, EventTally tally, int? stream)
    {
        (_source, _tally) = (source, tally);
        _header = Aedat4Header.Read(source);
        if (_header.Compression is < 0 or > 4)
        {
            throw source.Fault(Invariant($"The header names compression {_header.Compression}; 0 (none), 1 and 2 ") +
                "(LZ4), 3 and " +
                "4 (Zstandard) can be read.");
        }
        Aedat4Stream[] chosen = [.. _header.Streams.Where(item => stream is null || item.Number == stream)];
        string there = string.Join(", ", _header.Streams.Select(item => Invariant($"{item.Number}")));
        if (chosen.Length == 0)
        {
            throw source.Fault(there.Length == 0 ? "The file has no stream of events."
                : Invariant($"The file has no stream of events with number {stream}; there are: {there}."));
        }
        if (chosen.Length > 1)
        {
            throw source.Fault($"The file has several streams of events: {there}; choose " +
                $"{nameof(EventReaderOptions.Stream)} in " +
                "the options.");
        }
        _stream = chosen[0].Number;
        (Width, Height) = (chosen[0].Width, chosen[0].Height);
    }

    public override int Decode(Span<Event> events)
    {
        while (_next == _end)
        {
            if (!ReadPacket())
            {
                return 0;
            }
        }
        int count = Math.Min(events.Length, (_end - _next) / EventSize);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> record = _packet.AsSpan(_next + (i * EventSize), EventSize);
            events[i] = new Event(
                BinaryPrimitives.ReadInt64LittleEndian(record),
                BinaryPrimitives.ReadUInt16LittleEndian(record[8..]),
                BinaryPrimitives.ReadUInt16LittleEndian(record[10..]), record[12] != 0);
        }
        _next += count * EventSize;
        return count;
    }

    /// <summary>Reads up to and including the next packet of events; false at the end.</summary>
    private bool ReadPacket()
    {
        while (true)
        {
            if (_header.TablePosition > 0 && _source.Offset >= _header.TablePosition)
            {
                return false;
            }
            ReadOnlySpan<byte> head = _source.Fill(8);
            if (head.Length < 8)
            {
                _tally.TruncatedBytes += head.Length;
                _source.Advance(head.Length);
                return false;
            }
            int stream = BinaryPrimitives.ReadInt32LittleEndian(head);
            int size = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
            if (size < 0 || stream < 0)
            {
                throw _source.Fault(Invariant($"A packet says that it is of stream {stream} and has {size} bytes; ") +
                    "the file is " +
                    "damaged.");
            }
            _source.Advance(8);
            if (stream == _stream)
            {
                return Unpack(size);
            }
            _tally.Skipped++;
            long skipped = _source.Skip(size);
            if (skipped < size)
            {
                _tally.TruncatedBytes += 8 + skipped;
                return false;
            }
        }
    }

    private bool Unpack(int size)
    {
        long start = _source.Offset;
        var packed = new PacketStream(_source, size);
        try
        {
            int length = UnpackInto(packed);
            if (packed.IsTruncated)
            {
                return Truncated(start);
            }
            System.Range events = new FlatTable(_packet.AsSpan(0, length)).Vector(field: 0, EventSize);
            (_next, _end) = (events.Start.Value, events.End.Value);
        }
        // What the packages throw for damaged data is of many types.
        catch (Exception exception) when (exception is EndOfStreamException
            or not (OutOfMemoryException or EventFormatException or IOException))
        {
            if (packed.IsTruncated)
            {
                return Truncated(start);
            }
            throw new EventFormatException(
                Invariant($"{_source.Name}, byte {start}: The packet is damaged: {exception.Message.TrimEnd('.')}."),
                start, exception);
        }
        _source.Skip(packed.Left);
        return true;
    }

    private bool Truncated(long start)
    {
        _tally.TruncatedBytes += _source.Offset - start + 8;
        (_next, _end) = (0, 0);
        return false;
    }

    private int UnpackInto(PacketStream packed)
    {
        using Stream stream = _header.Compression switch
        {
            0 => packed,
            1 or 2 => LZ4Stream.Decode(packed, leaveOpen: true),
            _ => Zstandard(packed),
        };
        int length = 0;
        while (true)
        {
            int read = stream.Read(_packet, length, _packet.Length - length);
            if (read == 0)
            {
                return length;
            }
            length += read;
            if (length == _packet.Length)
            {
                if (length >= LargestPacket)
                {
                    throw new InvalidDataException("it unpacks to more than 64 MiB");
                }
                Array.Resize(ref _packet, length * 2);
            }
        }
    }

    private static DecompressionStream Zstandard(PacketStream packed)
    {
        var stream = new DecompressionStream(packed, leaveOpen: true);
        stream.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, LargestPacketLog);
        return stream;
    }
}
