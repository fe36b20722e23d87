using System.Buffers;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// A recording of an event camera, read from beginning to end in constant memory. Every format gives the same events:
/// microseconds, x from the left, y from the top. A file that ends within a record, as one does whose recording was
/// interrupted, is read up to there; whatever else is wrong with a file is thrown, once the events before it have been
/// returned.
/// </summary>
public sealed class EventReader : IDisposable
{
    private const int BlockLength = 8_192;

    private readonly ByteSource _source;
    private readonly EventDecoder _decoder;
    private readonly EventReaderOptions _options;
    private readonly EventTally _tally = new();
    private Event[] _block = ArrayPool<Event>.Shared.Rent(BlockLength);
    private readonly int _sourceWidth; // the sensor's, before a transposition; 0 for unknown
    private readonly int _sourceHeight;
    private int _next;
    private int _end;
    private long? _origin;
    private long _lastTime = long.MinValue;

    private EventReader(ByteSource source, EventReaderOptions options)
    {
        _source = source;
        _options = options;
        (Format, _decoder) = FormatDetection.Open(source, _tally, options);
        try
        {
            _sourceWidth = Side(_decoder.Width, options.Width, nameof(options.Width));
            _sourceHeight = Side(_decoder.Height, options.Height, nameof(options.Height));
            (int width, int height) = options.Transpose ? (_sourceHeight, _sourceWidth) : (_sourceWidth, _sourceHeight);
            Width = width == 0 ? null : width;
            Height = height == 0 ? null : height;
            if ((options.FlipHorizontally && width == 0) || (options.FlipVertically && height == 0))
            {
                throw source.Fault("The file does not state the size of its sensor, which a flip needs; give " +
                    $"{nameof(options.Width)} and {nameof(options.Height)} in the options.");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets the layout of the file.</summary>
    public EventFormat Format { get; }

    /// <summary>
    /// Gets the width of what is returned: the file's or the options', after a transposition; null where neither states
    /// it. Events outside of it are left out and counted.
    /// </summary>
    public int? Width { get; }

    /// <summary>Gets the height of what is returned; as <see cref="Width"/>.</summary>
    public int? Height { get; }

    /// <summary>Gets what has been met so far.</summary>
    public EventCounts Counts => _tally.Counts;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="EventFormatException">
    /// The format is unknown, or the header is damaged or of another sensor.
    /// </exception>
    public static EventReader Open(string path, EventReaderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (options ?? new EventReaderOptions()).Validate();
        return OpenStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1),
            path, options);
    }

    /// <summary>Reads from a stream, which is disposed with the reader.</summary>
    /// <param name="stream">It must be seekable only for NumPy's .npz and for HDF5.</param>
    /// <param name="name">What messages call it; its extension is used like a file's.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="EventFormatException">
    /// The format is unknown, or the header is damaged or of another sensor.
    /// </exception>
    public static EventReader OpenStream(Stream stream, string name, EventReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        options ??= new EventReaderOptions();
        options.Validate();
        var source = new ByteSource(stream, name);
        try
        {
            return new EventReader(source, options);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Returns the next events; empty only at the end. The span is overwritten by the next call of any method.
    /// </summary>
    /// <exception cref="EventFormatException">
    /// The file is damaged here; the message says how and at which byte.
    /// </exception>
    public ReadOnlySpan<Event> ReadBlock()
    {
        if (_next == _end)
        {
            Refill();
        }
        ReadOnlySpan<Event> block = _block.AsSpan(_next, _end - _next);
        _next = _end;
        return block;
    }

    /// <summary>Copies the next events; returns how many, 0 at the end alone.</summary>
    /// <param name="events">At least 1.</param>
    /// <exception cref="EventFormatException">
    /// The file is damaged here; the message says how and at which byte.
    /// </exception>
    public int Read(Span<Event> events)
    {
        if (events.IsEmpty)
        {
            throw new ArgumentException("There is no room for events; give a span of at least 1.", nameof(events));
        }
        if (_next == _end)
        {
            Refill();
        }
        int count = Math.Min(events.Length, _end - _next);
        _block.AsSpan(_next, count).CopyTo(events);
        _next += count;
        return count;
    }

    /// <summary>Returns all events that are left; unlike other methods it needs memory for all of them.</summary>
    /// <exception cref="EventFormatException">The file is damaged; the message says how and at which byte.</exception>
    public IReadOnlyList<Event> ReadToEnd() => ReadAll();

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _decoder.Dispose();
        _source.Dispose();
        Event[] block = _block;
        (_block, _next, _end) = ([], 0, 0);
        if (block.Length > 0)
        {
            ArrayPool<Event>.Shared.Return(block);
        }
    }

    internal Event[] ReadAll()
    {
        var events = new List<Event>();
        for (ReadOnlySpan<Event> block = ReadBlock(); !block.IsEmpty; block = ReadBlock())
        {
            events.AddRange(block);
        }
        return [.. events];
    }

    private void Refill()
    {
        ObjectDisposedException.ThrowIf(_block.Length == 0, this);
        (_next, _end) = (0, 0);
        while (_end == 0)
        {
            int count = _decoder.Decode(_block);
            if (count == 0)
            {
                return;
            }
            _end = Adjust(_block.AsSpan(0, count));
        }
    }

    /// <summary>Brings events into the asked orientation and time; returns how many lie within the sensor.</summary>
    private int Adjust(Span<Event> events)
    {
        uint width = _sourceWidth == 0 ? uint.MaxValue : (uint)_sourceWidth;
        uint height = _sourceHeight == 0 ? uint.MaxValue : (uint)_sourceHeight;
        bool isAsRecorded = _options is
        { Transpose: false, FlipHorizontally: false, FlipVertically: false, InvertPolarity: false, TimeOrigin: 0 };
        long last = _lastTime;
        int kept = 0;
        for (int i = 0; i < events.Length; i++)
        {
            Event value = events[i];
            if (value.X >= width || value.Y >= height)
            {
                continue;
            }
            _tally.Backward += value.Time < last ? 1 : 0;
            last = value.Time;
            events[kept++] = isAsRecorded ? value : Turn(value);
        }
        _lastTime = last;
        _tally.OutOfRange += events.Length - kept;
        _tally.Events += kept;
        return kept;
    }

    private Event Turn(Event value)
    {
        _origin ??= _options.TimeOrigin switch
        {
            EventTimeOrigin.AsRecorded => 0,
            EventTimeOrigin.FirstTimestamp => _decoder.FirstTimestamp ?? value.Time,
            _ => value.Time,
        };
        (int x, int y) = _options.Transpose ? (value.Y, value.X) : (value.X, value.Y);
        x = _options.FlipHorizontally ? Width!.Value - 1 - x : x;
        y = _options.FlipVertically ? Height!.Value - 1 - y : y;
        return new Event(
            unchecked(value.Time - _origin.Value), (ushort)x, (ushort)y, value.IsOn != _options.InvertPolarity);
    }

    private int Side(int stated, int? asked, string name) => stated == 0 || asked is null || stated == asked
        ? Math.Max(stated, asked ?? 0)
        : throw _source.Fault($"The file's camera has a {name} of {stated}, the options ask for {asked}; read it " +
            "without the option, " +
            "or choose a recording of the right camera.");
}
