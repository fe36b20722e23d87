namespace Microsoft.ML.Spiking.Events;

/// <summary>A change of brightness that one pixel of an event camera has seen: 16 bytes.</summary>
public readonly record struct Event
{
    /// <summary>Creates an event.</summary>
    /// <param name="time">Microseconds, counted from <see cref="EventReaderOptions.TimeOrigin"/>.</param>
    /// <param name="x">The column, from 0 at the left.</param>
    /// <param name="y">The row, from 0 at the top.</param>
    /// <param name="isOn">Whether the pixel became brighter.</param>
    public Event(long time, ushort x, ushort y, bool isOn)
    {
        Time = time;
        X = x;
        Y = y;
        IsOn = isOn;
    }

    /// <summary>Gets the time in microseconds, counted from <see cref="EventReaderOptions.TimeOrigin"/>.</summary>
    public long Time { get; init; }

    /// <summary>Gets the column, from 0 at the left.</summary>
    public ushort X { get; init; }

    /// <summary>Gets the row, from 0 at the top.</summary>
    public ushort Y { get; init; }

    /// <summary>Gets whether the pixel became brighter.</summary>
    public bool IsOn { get; init; }
}

/// <summary>An edge at a trigger input of a camera.</summary>
public readonly record struct TriggerEvent
{
    /// <summary>Creates an edge.</summary>
    /// <param name="time">Microseconds, with the same origin as the events.</param>
    /// <param name="input">The number of the input, from 0 to 31.</param>
    /// <param name="isRising">Whether the signal rose.</param>
    public TriggerEvent(long time, int input, bool isRising)
    {
        Time = time;
        Input = input;
        IsRising = isRising;
    }

    /// <summary>Gets the time in microseconds, with the same origin as the events.</summary>
    public long Time { get; init; }

    /// <summary>Gets the number of the input, from 0 to 31.</summary>
    public int Input { get; init; }

    /// <summary>Gets whether the signal rose.</summary>
    public bool IsRising { get; init; }
}
