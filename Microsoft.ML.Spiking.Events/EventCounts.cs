namespace Microsoft.ML.Spiking.Events;

/// <summary>The counts of a reader so far.</summary>
public readonly record struct EventCounts
{
    /// <summary>Gets the number of events that were returned.</summary>
    public long Events { get; init; }

    /// <summary>
    /// Gets the number of records that are no events of brightness: triggers, images, inertial measurements, ATIS
    /// exposure and others.
    /// </summary>
    public long Skipped { get; init; }

    /// <summary>Gets the number of skipped records that are edges at trigger inputs.</summary>
    public long Triggers { get; init; }

    /// <summary>
    /// Gets the number of events that were left out because the file marks them as invalid, or because they precede
    /// its first time stamp.
    /// </summary>
    public long Invalid { get; init; }

    /// <summary>Gets the number of events that were left out because they lie outside the sensor.</summary>
    public long OutOfRange { get; init; }

    /// <summary>
    /// Gets the number of events that were returned although they are earlier than the one before.
    /// </summary>
    public long Backward { get; init; }

    /// <summary>Gets the number of bytes at the end of the file that are less than a whole record.</summary>
    public long TruncatedBytes { get; init; }
}
