using Microsoft.ML.Spiking.Events.Writing;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// A recording that is written: <see cref="EventFormat.Evt2"/>, <see cref="EventFormat.Evt3"/> or <see
/// cref="EventFormat.EventStream"/>. The events come in the order of time; <see cref="EventReader"/> gives them back as
/// they were.
/// </summary>
public sealed class EventWriter : IDisposable
{
    private readonly EventEncoder _encoder;
    private readonly Stream _stream;
    private readonly int _width;
    private readonly int _height;
    private long _last;

    private EventWriter(Stream stream, EventFormat format, int width, int height)
    {
        (_stream, _width, _height) = (stream, width, height);
        _encoder = format switch
        {
            EventFormat.Evt2 => new Evt2Encoder(stream, width, height),
            EventFormat.Evt3 => new Evt3Encoder(stream, width, height),
            _ => new EventStreamEncoder(stream, width, height),
        };
    }

    /// <summary>Creates a file; one of that name is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">One of the three formats that can be written.</param>
    /// <param name="width">The sensor's width, from 1 to 2,048 pixels, of Event Stream to 65,535.</param>
    /// <param name="height">The sensor's height; as the width.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static EventWriter Create(string path, EventFormat format, int width, int height)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Check(format, width, height);
        return new EventWriter(File.Create(path), format, width, height);
    }

    /// <summary>Writes to a stream, which is disposed with the writer.</summary>
    /// <param name="stream">It need not be seekable.</param>
    /// <param name="format">One of the three formats that can be written.</param>
    /// <param name="width">The sensor's width, from 1 to 2,048 pixels, of Event Stream to 65,535.</param>
    /// <param name="height">The sensor's height; as the width.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static EventWriter Create(Stream stream, EventFormat format, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Check(format, width, height);
        return new EventWriter(stream, format, width, height);
    }

    /// <summary>Writes events.</summary>
    /// <param name="events">None is earlier than the one before it, the first not before 0.</param>
    /// <exception cref="ArgumentException">
    /// An event lies outside the sensor, is earlier than the one before it, or comes so long after it that the format
    /// would need megabytes to say so (an hour in Event Stream, 12 days in EVT). The events before it are written.
    /// </exception>
    public void Write(ReadOnlySpan<Event> events)
    {
        for (int i = 0; i < events.Length; i++)
        {
            Event value = events[i];
            string? fault = value.X >= _width || value.Y >= _height
                ? $"lies at ({value.X}, {value.Y}), outside the sensor of {_width}x{_height}; crop or scale the " +
                    "events first"
                : value.Time < _last ? $"is at {value.Time} µs, but {_last} µs were reached; sort the events by " +
                    "their time"
                : value.Time - _last > _encoder.LongestGap
                    ? $"is at {value.Time} µs, {value.Time - _last} µs after what was written; let times begin near " +
                        "0 " +
                        $"(with {nameof(EventTimeOrigin)}.{nameof(EventTimeOrigin.FirstEvent)}), and cut long gaps"
                : null;
            if (fault is not null)
            {
                _encoder.Add(events[..i]);
                throw new ArgumentException($"Event {i} {fault}.", nameof(events));
            }
            _last = value.Time;
        }
        _encoder.Add(events);
    }

    /// <summary>Writes what is still in memory, and closes the file.</summary>
    public void Dispose()
    {
        _encoder.Flush();
        _stream.Dispose();
    }

    private static void Check(EventFormat format, int width, int height)
    {
        if (format is not (EventFormat.Evt2 or EventFormat.Evt3 or EventFormat.EventStream))
        {
            throw new ArgumentException(
                $"The format is {format}; it must be one that can be written: Evt2, Evt3 or EventStream.",
                    nameof(format));
        }
        int largest = format == EventFormat.EventStream ? ushort.MaxValue : 2_048;
        if (width < 1 || width > largest || height < 1 || height > largest)
        {
            throw new ArgumentException(
                $"The sensor's size is {width}x{height}; each side must be from 1 to {largest} pixels.", nameof(width));
        }
    }
}
