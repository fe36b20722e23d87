namespace Microsoft.ML.Spiking.Events.Writing;

/// <summary>Event Stream 2.0 of a DVS, as <see cref="Formats.Plain.EventStreamDecoder"/> reads it.</summary>
internal sealed class EventStreamEncoder : EventEncoder
{
    private const byte Overflow = 0xFF;
    private const int OverflowMicroseconds = 127;
    private const long Hour = 3_600_000_000;

    private readonly int _height;
    private long _time;

    public EventStreamEncoder(Stream stream, int width, int height)
        : base(stream)
    {
        _height = height;
        Put("Event Stream");
        foreach (byte value in (byte[])[2, 0, 0, 1])
        {
            Put(value);
        }
        Put((ushort)width);
        Put((ushort)height);
    }

    public override long LongestGap => Hour;

    public override void Add(ReadOnlySpan<Event> events)
    {
        foreach (Event value in events)
        {
            for (; value.Time - _time >= OverflowMicroseconds; _time += OverflowMicroseconds)
            {
                Put(Overflow);
            }
            Put((byte)(((value.Time - _time) << 1) | (value.IsOn ? 1L : 0)));
            Put(value.X);
            Put((ushort)(_height - 1 - value.Y));
            _time = value.Time;
        }
    }
}
