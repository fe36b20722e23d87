using System.Buffers.Binary;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Aedat;

/// <summary>
/// AEDAT 3.1, little-endian: packets of a header of 28 bytes (type and source, 16 bits each; size of an event, offset
/// of its time, overflow of the time, capacity, number and valid events, 32 bits each) and as many events as the
/// capacity says. An event of polarity: valid in bit 0, brighter in bit 1, y in 2-16, x in 17-31; then the low 31 bits
/// of the time.
/// </summary>
internal sealed class Aedat3Decoder : RecordDecoder
{
    private const int HeaderSize = 28;
    private const int PolarityType = 1;
    private const int PolaritySize = 8;

    private long _left;
    private long _unused;
    private long _overflow;

    public Aedat3Decoder(ByteSource source, EventTally tally)
        : base(source, tally, HeaderSize)
    {
        const string EndMark = "#!END-HEADER";
        List<string> lines = TextHeader.Read(source, "#", EndMark);
        if (lines.Count == 0)
        {
            throw source.Fault("This is not the beginning of an AEDAT file, which is '#!AER-DAT3.1'.");
        }
        if (!lines[0].StartsWith("#!AER-DAT3.1", StringComparison.Ordinal) || lines[^1] != EndMark)
        {
            throw source.Fault($"The header begins with '{lines[0]}' and ends with '{lines[^1]}'; version 3.1 that " +
                "ends with " +
                $"'{EndMark}' can be read. Convert the file to AEDAT 4.");
        }
        string device = string.Concat(
            lines.Where(line => line.StartsWith("#Source", StringComparison.OrdinalIgnoreCase)));
        (Width, Height) = device.Contains("DVS128", StringComparison.OrdinalIgnoreCase) ? (128, 128)
            : device.Contains("DAVIS240", StringComparison.OrdinalIgnoreCase) ? (240, 180)
            : device.Contains("DAVIS346", StringComparison.OrdinalIgnoreCase) ? (346, 260) : (0, 0);
    }

    protected override int DecodeRecords(ReadOnlySpan<byte> bytes, Span<Event> events, ref int count)
    {
        int used = 0;
        while (count < events.Length)
        {
            ReadOnlySpan<byte> rest = bytes[used..];
            if (_left > 0)
            {
                if (rest.Length < PolaritySize)
                {
                    break;
                }
                AddPolarity(rest, events, ref count);
                _left--;
                used += PolaritySize;
            }
            else if (_unused > 0)
            {
                int step = (int)Math.Min(_unused, rest.Length);
                if (step == 0)
                {
                    break;
                }
                _unused -= step;
                used += step;
            }
            else if (rest.Length < HeaderSize || !TakeHeader(rest, used, count))
            {
                break;
            }
            else
            {
                used += HeaderSize;
            }
        }
        return used;
    }

    private void AddPolarity(ReadOnlySpan<byte> record, Span<Event> events, ref int count)
    {
        uint word = BinaryPrimitives.ReadUInt32LittleEndian(record);
        uint stamp = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) & int.MaxValue;
        if ((word & 1) == 0)
        {
            Tally.Invalid++;
            return;
        }
        events[count++] = new Event(
            _overflow | stamp, (ushort)(word >> 17), (ushort)((word >> 2) & 0x7FFF), (word & 2) != 0);
    }

    /// <summary>Takes a packet's header; false for a damaged one behind events that are to be returned first.</summary>
    private bool TakeHeader(ReadOnlySpan<byte> header, int distance, int count)
    {
        short type = BinaryPrimitives.ReadInt16LittleEndian(header);
        int size = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        int overflow = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        int capacity = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        int number = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
        bool isPolarity = type == PolarityType;
        if (type < 0 || size < 1 || overflow < 0 || capacity < 0 || number < 0 || number > capacity
            || (isPolarity && size != PolaritySize))
        {
            return count > 0 ? false : throw Source.Fault(
                $"The packet's header is damaged: type {type}, {size} bytes an event, overflow {overflow}, {number} " +
                "events in " +
                $"a capacity of {capacity}.", distance);
        }
        _overflow = (long)overflow << 31;
        _left = isPolarity ? number : 0;
        _unused = ((long)capacity - _left) * size;
        Tally.Skipped += isPolarity ? 0 : number;
        return true;
    }
}
