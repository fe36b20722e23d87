using System.Buffers.Binary;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Prophesee;

/// <summary>
/// Prophesee .dat, version 2: after the header the type of the events (0 or 12, changes of brightness; 14, triggers)
/// and their size, 8 bytes: the time, then x in bits 0-13, y in 14-27 and the polarity in 28-31. The time wraps around
/// at 2^32.
/// </summary>
internal sealed class DatDecoder : RecordDecoder
{
    private readonly bool _holdsTriggers;
    private long _loops;
    private uint _last;

    public DatDecoder(ByteSource source, EventTally tally, PropheseeHeader header)
        : base(source, tally, recordSize: 8)
    {
        (Width, Height) = (header.Width, header.Height);
        if (header.Version != 2)
        {
            throw source.Fault("The header does not say 'Version 2'; other versions of .dat lay out the events in " +
                "other ways. " +
                "Convert the file with the camera's software.");
        }
        ReadOnlySpan<byte> kind = source.Fill(2);
        if (kind.Length < 2)
        {
            tally.TruncatedBytes += kind.Length;
            source.Advance(kind.Length);
            return;
        }
        if (kind[0] is not (0 or 12 or 14) || kind[1] != 8)
        {
            throw source.Fault($"The .dat file holds events of type {kind[0]} and {kind[1]} bytes; types 0, 12 and " +
                "14 of 8 bytes " +
                "can be read.");
        }
        _holdsTriggers = kind[0] == 14;
        source.Advance(2);
    }

    protected override int DecodeRecords(ReadOnlySpan<byte> bytes, Span<Event> events, ref int count)
    {
        int used = 0;
        for (; used + 8 <= bytes.Length && count < events.Length; used += 8)
        {
            uint stamp = BinaryPrimitives.ReadUInt32LittleEndian(bytes[used..]);
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(used + 4)..]);
            if (stamp < _last && _last - stamp > 1u << 31)
            {
                _loops++;
            }
            _last = stamp;
            long time = (_loops << 32) | stamp;
            if (_holdsTriggers)
            {
                Tally.Skipped++;
                Tally.Triggers++;
            }
            else
            {
                events[count++] =
                    new Event(time, (ushort)(word & 0x3FFF), (ushort)((word >> 14) & 0x3FFF), word >> 28 != 0);
            }
        }
        return used;
    }
}
