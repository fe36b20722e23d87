namespace Microsoft.ML.Spiking.Events.Reading;

/// <summary>
/// A format's way from bytes to events: in the format's own order and time, y from the top, not yet checked against the
/// sensor.
/// </summary>
internal abstract class EventDecoder : IDisposable
{
    /// <summary>The least room for events that a decoder can ask for: more than any one record holds.</summary>
    public const int LeastRoom = 64;

    /// <summary>Gets the sensor's width as the file states it; 0 for unknown.</summary>
    public int Width { get; protected init; }

    /// <summary>Gets the sensor's height as the file states it; 0 for unknown.</summary>
    public int Height { get; protected init; }

    /// <summary>Gets the first time stamp, where the format has some apart from events.</summary>
    public long? FirstTimestamp { get; protected set; }

    /// <summary>
    /// Writes the next events; returns how many, 0 at the end alone. What is wrong with the file is thrown only when
    /// all events before it have been returned.
    /// </summary>
    /// <param name="events">At least <see cref="LeastRoom"/>.</param>
    public abstract int Decode(Span<Event> events);

    public virtual void Dispose()
    {
    }
}

/// <summary>A decoder of records that are next to one another in the file.</summary>
/// <param name="source">Behind the header.</param>
/// <param name="tally">Counts what is left out.</param>
/// <param name="recordSize">The size in bytes of the longest record.</param>
internal abstract class RecordDecoder(ByteSource source, EventTally tally, int recordSize) : EventDecoder
{
    protected ByteSource Source => source;

    protected EventTally Tally => tally;

    public sealed override int Decode(Span<Event> events)
    {
        int count = 0;
        while (true)
        {
            ReadOnlySpan<byte> bytes = source.Fill(recordSize);
            int used = DecodeRecords(bytes, events, ref count);
            source.Advance(used);
            if (used == 0)
            {
                // With events in hand this may also be a lack of room, or a fault that the next call throws.
                if (count == 0)
                {
                    tally.TruncatedBytes += bytes.Length;
                    source.Advance(bytes.Length);
                }
                return count;
            }
            // A live stream might block for more: give what there is.
            if (count > 0 && source.Buffered < recordSize)
            {
                return count;
            }
        }
    }

    /// <summary>
    /// Decodes whole records while there is room; returns the bytes of them. At a fault it throws if there are no
    /// events yet, else it returns: the fault is then the first record of the next call.
    /// </summary>
    protected abstract int DecodeRecords(ReadOnlySpan<byte> bytes, Span<Event> events, ref int count);
}
