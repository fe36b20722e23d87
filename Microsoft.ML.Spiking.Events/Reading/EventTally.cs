namespace Microsoft.ML.Spiking.Events.Reading;

/// <summary>The counters that a decoder and the reader above it share.</summary>
internal sealed class EventTally
{
    public long Events;
    public long Skipped;
    public long Triggers;
    public long Invalid;
    public long OutOfRange;
    public long Backward;
    public long TruncatedBytes;

    public EventCounts Counts => new()
    {
        Events = Events,
        Skipped = Skipped,
        Triggers = Triggers,
        Invalid = Invalid,
        OutOfRange = OutOfRange,
        Backward = Backward,
        TruncatedBytes = TruncatedBytes,
    };
}
