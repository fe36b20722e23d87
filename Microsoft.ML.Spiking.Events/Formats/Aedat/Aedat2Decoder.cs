using System.Buffers.Binary;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Aedat;

/// <summary>
/// AEDAT 2.0: big-endian pairs of an address and a time in microseconds, 32 bits each. The address's bits depend on the
/// chip; both have their origin at the bottom right, as jAER shows it.
/// </summary>
internal sealed class Aedat2Decoder : RecordDecoder
{
    private readonly bool _isDvs128;
    private long _loops;
    private uint _last;

    public Aedat2Decoder(ByteSource source, EventTally tally, Aedat2Chip chip)
        : base(source, tally, recordSize: 8)
    {
        List<string> lines = TextHeader.Read(source, "#", "#End Of ASCII Header");
        chip = chip == Aedat2Chip.FromHeader ? ChipOf(lines, source) : chip;
        _isDvs128 = chip == Aedat2Chip.Dvs128;
        (Width, Height) = chip switch
        {
            Aedat2Chip.Davis240 => (240, 180),
            Aedat2Chip.Davis346 => (346, 260),
            _ => (128, 128),
        };
    }

    protected override int DecodeRecords(ReadOnlySpan<byte> bytes, Span<Event> events, ref int count)
    {
        int used = 0;
        for (; used + 8 <= bytes.Length && count < events.Length; used += 8)
        {
            uint address = BinaryPrimitives.ReadUInt32BigEndian(bytes[used..]);
            uint stamp = BinaryPrimitives.ReadUInt32BigEndian(bytes[(used + 4)..]);
            if (stamp < _last && _last - stamp > 1u << 31)
            {
                _loops++;
            }
            _last = stamp;
            bool isSpecial = _isDvs128 ? address >> 15 != 0 : (address & ((1u << 31) | (1u << 10))) != 0;
            if (isSpecial)
            {
                Tally.Skipped++;
                continue;
            }
            (uint x, uint y, bool on) = _isDvs128
                ? ((address >> 1) & 127, (address >> 8) & 127, (address & 1) == 0)
                : ((address >> 12) & 1023, (address >> 22) & 511, (address & (1 << 11)) != 0);
            if (x >= (uint)Width || y >= (uint)Height)
            {
                Tally.OutOfRange++;
                continue;
            }
            events[count++] = new Event(
                (_loops << 32) | stamp, (ushort)((uint)Width - 1 - x), (ushort)((uint)Height - 1 - y), on);
        }
        return used;
    }

    private static Aedat2Chip ChipOf(List<string> lines, ByteSource source)
    {
        const string Key = "# AEChip:";
        string? line = lines.Find(item => item.StartsWith(Key, StringComparison.OrdinalIgnoreCase));
        string? name = line?[Key.Length..].Trim();
        if (name is null)
        {
            throw source.Fault($"The header names no chip ('{Key}'); choose {nameof(EventReaderOptions.Chip)} in " +
                "the options.");
        }
        foreach (Aedat2Chip chip in Enum.GetValues<Aedat2Chip>())
        {
            if (chip != Aedat2Chip.FromHeader && name.Contains(chip.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return chip;
            }
        }
        throw source.Fault($"The header names the chip '{name}', whose address bits are not known; if it has those " +
            "of a DVS128, " +
            $"DAVIS240 or DAVIS346, choose {nameof(EventReaderOptions.Chip)} in the options.");
    }
}
