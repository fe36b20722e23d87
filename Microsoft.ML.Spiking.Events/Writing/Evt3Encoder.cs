using System.Globalization;

namespace Microsoft.ML.Spiking.Events.Writing;

/// <summary>
/// EVT 3.0, as <see cref="Formats.Prophesee.Evt3Decoder"/> reads it. Neighbours in a row that follow one another with
/// rising x at one time and of one polarity are written as vectors.
/// </summary>
internal sealed class Evt3Encoder : EventEncoder
{
    private const int PartBits = 12;
    private const int PartMask = (1 << PartBits) - 1;
    private const int VectorLength = 12;

    // Readers take a fall by half of the range for a wrap: no step may be longer.
    private const long LongestStep = 1 << (PartBits - 1);

    private long _high = -1;
    private long _low = -1;
    private int _y = -1;

    public Evt3Encoder(Stream stream, int width, int height)
        : base(stream) =>
        Put(string.Create(CultureInfo.InvariantCulture,
            $"% evt 3.0\n% format EVT3;height={height};width={width}\n% geometry {width}x{height}\n% end\n"));

    public override long LongestGap => 1L << 40;

    public override void Add(ReadOnlySpan<Event> events)
    {
        int i = 0;
        while (i < events.Length)
        {
            Event first = events[i];
            PutTime(first.Time);
            if (first.Y != _y)
            {
                _y = first.Y;
                Put(first.Y);
            }
            // A base and a mask are two words: worth it from three events on.
            int count = CountWithin(events, i, first.X);
            if (count < 3)
            {
                PutWord(2, (first.IsOn ? 0x800 : 0) | first.X);
                i++;
                continue;
            }
            PutWord(3, (first.IsOn ? 0x800 : 0) | first.X);
            int start = first.X;
            do
            {
                int mask = 0;
                for (int k = 0; k < count; k++)
                {
                    mask |= 1 << (events[i + k].X - start);
                }
                PutWord(4, mask);
                i += count;
                start += VectorLength;
                count = i < events.Length && IsAlike(first, events[i]) ? CountWithin(events, i, start) : 0;
            }
            while (count > 0);
        }
    }

    /// <summary>The events from a place on that one vector from that x on can hold in their order.</summary>
    private static int CountWithin(ReadOnlySpan<Event> events, int from, int start)
    {
        int count = 0;
        int next = start;
        for (int i = from; i < events.Length && IsAlike(events[from], events[i]); i++)
        {
            if (events[i].X < next || events[i].X >= start + VectorLength)
            {
                break;
            }
            next = events[i].X + 1;
            count++;
        }
        return count;
    }

    private static bool IsAlike(Event one, Event other) =>
        one.Time == other.Time && one.Y == other.Y && one.IsOn == other.IsOn;

    private void PutTime(long time)
    {
        long high = time >> PartBits;
        while (_high != high)
        {
            _high = _high < 0 ? Math.Min(high, PartMask) : Math.Min(high, _high + LongestStep);
            _low = 0; // as readers do
            PutWord(8, (int)(_high & PartMask));
        }
        if ((time & PartMask) != _low)
        {
            _low = time & PartMask;
            PutWord(6, (int)_low);
        }
    }

    private void PutWord(int type, int value) => Put((ushort)((type << PartBits) | value));
}
