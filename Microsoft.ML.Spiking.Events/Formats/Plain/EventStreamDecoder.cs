using System.Buffers.Binary;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Plain;

/// <summary>
/// Event Stream 2.0 of a DVS or an ATIS. A byte holds the time since the event before and the flags, then x and y in 16
/// bits each, y from the bottom; bytes that only add time or reset the receiver stand alone.
/// </summary>
internal sealed class EventStreamDecoder : RecordDecoder
{
    private const int EventSize = 5;
    private const byte Reset = 0xFE;
    private const byte Overflow = 0xFF;
    private const int OverflowMicroseconds = 127;
    private const byte AtisOverflow = 0xFC;
    private const int AtisOverflowMicroseconds = 63;

    private readonly bool _isAtis;
    private long _time;

    public EventStreamDecoder(ByteSource source, EventTally tally)
        : base(source, tally, EventSize)
    {
        EventStreamHeader header = EventStreamHeader.Read(source);
        if (header.Kind is EventStreamKind.Generic or EventStreamKind.Color)
        {
            throw source.Fault($"The Event Stream file holds " +
                $"{(header.Kind == EventStreamKind.Color ? "colors" : "bytes")}, which " +
                $"are no changes of brightness; read it with {nameof(EventPayloadReader)}.");
        }
        _isAtis = header.Kind == EventStreamKind.Atis;
        (Width, Height) = (header.Width, header.Height);
    }

    protected override int DecodeRecords(ReadOnlySpan<byte> bytes, Span<Event> events, ref int count)
    {
        int used = 0;
        while (used < bytes.Length && count < events.Length)
        {
            byte first = bytes[used];
            if (AddsTime(first))
            {
                used++;
                continue;
            }
            if (used + EventSize > bytes.Length)
            {
                break;
            }
            _time += _isAtis ? first >> 2 : first >> 1;
            ushort x = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(used + 1)..]);
            ushort y = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(used + 3)..]);
            used += EventSize;
            if (_isAtis && (first & 1) != 0)
            {
                Tally.Skipped++;
            }
            else if (x >= Width || y >= Height)
            {
                Tally.OutOfRange++;
            }
            else
            {
                events[count++] =
                    new Event(_time, x, (ushort)(Height - 1 - y), (first & (_isAtis ? 2 : 1)) != 0);
            }
        }
        return used;
    }

    /// <summary>Takes a byte that stands alone; false for one that begins an event.</summary>
    private bool AddsTime(byte first)
    {
        if (_isAtis)
        {
            _time += first >= AtisOverflow ? AtisOverflowMicroseconds * (first & 3) : 0;
            return first >= AtisOverflow;
        }
        _time += first == Overflow ? OverflowMicroseconds : 0;
        return first is Overflow or Reset;
    }
}
