using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Prophesee;

/// <summary>
/// EVT 3.0, little-endian words of 16 bits, type in bits 12-15. The row, the polarity and both parts of the time stay
/// as they are until a word changes them:
/// <code>
/// 0 y    2 x and polarity: an event    3 first x and polarity of a vector    4, 5 the next 12 or 8 pixels of it
/// 6 low 12 bits of the time    8 high 12 bits    10 trigger    7, 14, 15 others
/// </code>
/// </summary>
internal sealed class Evt3Decoder : RecordDecoder
{
    // A vector may begin at the last pixel of the largest sensor; further ones of it lie outside.
    private const int LastX = 0x7FF;

    private readonly Action<TriggerEvent>? _onTrigger;
    private readonly TimeHigh _high = new(bits: 12, shift: 12);
    private long _time;
    private ushort _y;
    private int _x;
    private bool _on;

    public Evt3Decoder(ByteSource source, EventTally tally, PropheseeHeader header, Action<TriggerEvent>? onTrigger)
        : base(source, tally, recordSize: 2)
    {
        (Width, Height) = (header.Width, header.Height);
        _onTrigger = onTrigger;
    }

    protected override int DecodeRecords(ReadOnlySpan<byte> bytes, Span<Event> events, ref int count)
    {
        ReadOnlySpan<ushort> words = MemoryMarshal.Cast<byte, ushort>(bytes);
        int index = 0;
        int found = count;
        for (; index < words.Length && found + 12 <= events.Length; index++)
        {
            int word = words[index];
            switch (word >> 12)
            {
                case 0:
                    _y = (ushort)(word & 0x7FF);
                    break;
                case 2:
                    if (_high.IsKnown)
                    {
                        events[found++] = new Event(_time, (ushort)(word & 0x7FF), _y, (word & 0x800) != 0);
                    }
                    else
                    {
                        Tally.Invalid++;
                    }
                    break;
                case 3:
                    _x = word & 0x7FF;
                    _on = (word & 0x800) != 0;
                    break;
                case 4:
                    found = AddVector(word & 0xFFF, length: 12, events, found);
                    break;
                case 5:
                    found = AddVector(word & 0xFF, length: 8, events, found);
                    break;
                case 6:
                    _time = _high.Base | (uint)(word & 0xFFF);
                    break;
                case 8:
                    SetHigh((uint)(word & 0xFFF));
                    break;
                case 7 or 10 or 14 or 15:
                    SkipWord(word);
                    break;
                default:
                    if (found > 0)
                    {
                        count = found;
                        return index * 2;
                    }
                    throw Source.Fault(
                        $"EVT 3.0 has no word of type {word >> 12}; the file is damaged or of another format.",
                            index * 2);
            }
        }
        count = found;
        return index * 2;
    }

    private int AddVector(int mask, int length, Span<Event> events, int found)
    {
        if (!_high.IsKnown)
        {
            Tally.Invalid += BitOperations.PopCount((uint)mask);
        }
        else if (_x > LastX)
        {
            Tally.OutOfRange += BitOperations.PopCount((uint)mask);
        }
        else
        {
            for (; mask != 0; mask &= mask - 1)
            {
                events[found++] = new Event(_time, (ushort)(_x + BitOperations.TrailingZeroCount(mask)), _y, _on);
            }
        }
        _x = Math.Min(_x + length, LastX + 1);
        return found;
    }

    // The low bits begin again with other high bits; the same high bits, repeated, leave them as they are.
    private void SetHigh(uint high)
    {
        long before = _high.Base;
        bool wasKnown = _high.IsKnown;
        long start = _high.Set(high);
        FirstTimestamp ??= start;
        if (start != before || !wasKnown)
        {
            _time = start;
        }
    }

    private void SkipWord(int word)
    {
        Tally.Skipped++;
        if (word >> 12 == 10)
        {
            Tally.Triggers++;
            _onTrigger?.Invoke(new TriggerEvent(_time, (word >> 8) & 15, (word & 1) != 0));
        }
    }
}
