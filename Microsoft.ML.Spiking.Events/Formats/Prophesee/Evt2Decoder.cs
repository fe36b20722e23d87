using System.Buffers.Binary;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Prophesee;

/// <summary>
/// EVT 2.0, little-endian words of 32 bits, type in bits 28-31: 0 and 1 (darker, brighter) with the time's low 6 bits,
/// x and y; 8 with the time's high 28 bits; 10, a trigger; 14 and 15, others.
/// </summary>
internal sealed class Evt2Decoder : RecordDecoder
{
    private readonly Action<TriggerEvent>? _onTrigger;
    private readonly TimeHigh _time = new(bits: 28, shift: 6);

    public Evt2Decoder(ByteSource source, EventTally tally, PropheseeHeader header, Action<TriggerEvent>? onTrigger)
        : base(source, tally, recordSize: 4)
    {
        (Width, Height) = (header.Width, header.Height);
        _onTrigger = onTrigger;
    }

    protected override int DecodeRecords(ReadOnlySpan<byte> bytes, Span<Event> events, ref int count)
    {
        int used = 0;
        for (; used + 4 <= bytes.Length && count < events.Length; used += 4)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[used..]);
            uint type = word >> 28;
            long time = _time.Base + ((word >> 22) & 63);
            if (type <= 1)
            {
                if (_time.IsKnown)
                {
                    events[count++] = new Event(time, (ushort)((word >> 11) & 0x7FF), (ushort)(word & 0x7FF),
                        type == 1);
                }
                else
                {
                    Tally.Invalid++;
                }
            }
            else if (type == 8)
            {
                long start = _time.Set(word & 0x0FFF_FFFF);
                FirstTimestamp ??= start;
            }
            else if (type is 10 or 14 or 15)
            {
                Tally.Skipped++;
                if (type == 10)
                {
                    Tally.Triggers++;
                    _onTrigger?.Invoke(new TriggerEvent(time, (int)(word >> 8) & 31, (word & 1) != 0));
                }
            }
            else if (count > 0)
            {
                return used;
            }
            else
            {
                throw Source.Fault($"EVT 2.0 has no word of type {type}; the file is damaged or of another format.",
                    used);
            }
        }
        return used;
    }
}

/// <summary>The high bits of Prophesee's time, which wrap around.</summary>
/// <param name="bits">How many they are.</param>
/// <param name="shift">How many lie below them.</param>
internal sealed class TimeHigh(int bits, int shift)
{
    private long _loops;
    private uint _high;

    /// <summary>Gets whether there was a time stamp.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Gets the time in microseconds, with low bits of 0.</summary>
    public long Base { get; private set; }

    /// <summary>Takes the next value; one that falls by half of the range or more has wrapped around.</summary>
    public long Set(uint high)
    {
        if (IsKnown && high < _high && _high - high >= 1u << (bits - 1))
        {
            _loops++;
        }
        _high = high;
        IsKnown = true;
        Base = ((_loops << bits) | high) << shift;
        return Base;
    }
}
