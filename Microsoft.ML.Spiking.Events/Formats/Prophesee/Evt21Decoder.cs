using System.Buffers.Binary;
using System.Numerics;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Prophesee;

/// <summary>
/// EVT 2.1, words of 64 bits: the upper half is a word of EVT 2.0, the lower half tells which of the 32 pixels from x
/// on have an event.
/// </summary>
internal sealed class Evt21Decoder : RecordDecoder
{
    private readonly Action<TriggerEvent>? _onTrigger;
    private readonly bool _hasLegacyOrder;
    private readonly TimeHigh _time = new(bits: 28, shift: 6);

    public Evt21Decoder(ByteSource source, EventTally tally, PropheseeHeader header, Action<TriggerEvent>? onTrigger)
        : base(source, tally, recordSize: 8)
    {
        (Width, Height) = (header.Width, header.Height);
        _hasLegacyOrder = header.HasLegacyOrder;
        _onTrigger = onTrigger;
    }

    protected override int DecodeRecords(ReadOnlySpan<byte> bytes, Span<Event> events, ref int count)
    {
        int used = 0;
        for (; used + 8 <= bytes.Length && count + 32 <= events.Length; used += 8)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[used..]);
            word = _hasLegacyOrder ? BitOperations.RotateLeft(word, 32) : word;
            uint upper = (uint)(word >> 32);
            uint type = upper >> 28;
            long time = _time.Base + ((upper >> 22) & 63);
            if (type <= 1)
            {
                uint x = (upper >> 11) & 0x7FF;
                var y = (ushort)(upper & 0x7FF);
                uint mask = (uint)word;
                if (!_time.IsKnown)
                {
                    Tally.Invalid += BitOperations.PopCount(mask);
                    continue;
                }
                for (; mask != 0; mask &= mask - 1)
                {
                    events[count++] =
                        new Event(time, (ushort)(x + (uint)BitOperations.TrailingZeroCount(mask)), y, type == 1);
                }
            }
            else if (type == 8)
            {
                long start = _time.Set(upper & 0x0FFF_FFFF);
                FirstTimestamp ??= start;
            }
            else if (type is 10 or 14 or 15)
            {
                Tally.Skipped++;
                if (type == 10)
                {
                    Tally.Triggers++;
                    _onTrigger?.Invoke(new TriggerEvent(time, (int)(upper >> 8) & 31, (upper & 1) != 0));
                }
            }
            else if (count > 0)
            {
                return used;
            }
            else
            {
                throw Source.Fault($"EVT 2.1 has no word of type {type}; the file is damaged or of another format.",
                    used);
            }
        }
        return used;
    }
}
