using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Plain;

/// <summary>
/// Records without a header, big-endian. N-MNIST's and SLAYER's .bs2: x, y in a byte each, then polarity in a bit and
/// time in 23; .bs1: one channel in 16 bits instead of x and y; .bs3: x and y in 12 bits each, polarity in 8, time in
/// 24.
/// </summary>
internal sealed class NeuromorphicDecoder(ByteSource source, EventTally tally, EventFormat format)
    : RecordDecoder(source, tally, RecordSize(format))
{
    // In N-MNIST a row of 240, which no sensor of that kind has, lets the time of all that follows begin later.
    private const byte Marker = 240;
    private const int MarkedMicroseconds = 8_192;

    private long _base;

    protected override int DecodeRecords(ReadOnlySpan<byte> bytes, Span<Event> events, ref int count)
    {
        int size = RecordSize(format);
        int used = 0;
        for (; used + size <= bytes.Length && count < events.Length; used += size)
        {
            ReadOnlySpan<byte> record = bytes.Slice(used, size);
            if (format == EventFormat.SlayerBs3)
            {
                events[count++] = new Event(
                    (record[4] << 16) | (record[5] << 8) | record[6],
                    (ushort)((record[0] << 4) | (record[1] >> 4)), (ushort)(((record[1] & 15) << 8) | record[2]),
                    record[3] != 0);
                continue;
            }
            if (format == EventFormat.NMnist && record[1] == Marker)
            {
                _base += MarkedMicroseconds;
                Tally.Skipped++;
                continue;
            }
            long time = _base + (((record[2] & 127) << 16) | (record[3] << 8) | record[4]);
            events[count++] = format == EventFormat.SlayerBs1
                ? new Event(time, (ushort)((record[0] << 8) | record[1]), 0, record[2] >= 128)
                : new Event(time, record[0], record[1], record[2] >= 128);
        }
        return used;
    }

    private static int RecordSize(EventFormat format) => format == EventFormat.SlayerBs3 ? 7 : 5;
}
