namespace Microsoft.ML.Spiking.Events;

/// <summary>The counts of a reader so far.</summary>
/// <param name="Events">Events that were returned.</param>
/// <param name="Skipped">
/// Records that are no events of brightness: triggers, images, inertial measurements, ATIS exposure and others.
/// </param>
/// <param name="Triggers">Those of the skipped records that are edges at trigger inputs.</param>
/// <param name="Invalid">
/// Events that were left out because the file marks them as invalid, or because they precede its first time stamp.
/// </param>
/// <param name="OutOfRange">Events that were left out because they lie outside the sensor.</param>
/// <param name="Backward">Events that were returned although they are earlier than the one before.</param>
/// <param name="TruncatedBytes">Bytes at the end of the file that are less than a whole record.</param>
public readonly record struct EventCounts(
    long Events, long Skipped, long Triggers, long Invalid, long OutOfRange, long Backward, long TruncatedBytes);
