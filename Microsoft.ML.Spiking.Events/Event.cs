namespace Microsoft.ML.Spiking.Events;

/// <summary>A change of brightness that one pixel of an event camera has seen: 16 bytes.</summary>
/// <param name="Time">Microseconds, counted from <see cref="EventReaderOptions.TimeOrigin"/>.</param>
/// <param name="X">The column, from 0 at the left.</param>
/// <param name="Y">The row, from 0 at the top.</param>
/// <param name="On">Whether the pixel became brighter.</param>
public readonly record struct Event(long Time, ushort X, ushort Y, bool On);

/// <summary>An edge at a trigger input of a camera.</summary>
/// <param name="Time">Microseconds, with the same origin as the events.</param>
/// <param name="Input">The number of the input, from 0 to 31.</param>
/// <param name="IsRising">Whether the signal rose.</param>
public readonly record struct TriggerEvent(long Time, int Input, bool IsRising);
