using Microsoft.ML.Spiking.Events.Frames;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// Live scoring of an event camera: events become frames by the rule that the model was trained with, and each frame is
/// a step of a <see cref="SpikingStream"/> as soon as its window closes: when an event of a later one arrives, or the
/// clock says so.
/// </summary>
/// <remarks>
/// For one thread at a time; many streams may share one model. Nothing is allocated while events arrive. A window of
/// <see cref="EventWindows.Grid"/> begins on the grid, one of a fixed duration or number with the first event after a
/// reset.
/// </remarks>
public sealed class EventStream
{
    // A camera that is silent for so long was more likely off, or its clock jumped.
    private const int MostEmptyWindows = 100_000;

    private readonly FrameBuilder _builder;
    private readonly LiveWindows _windows;
    private readonly Action<EventStreamStep>? _onStep;
    private readonly EventStreamOptions _options;
    private readonly float[] _frame;
    private bool _isOpen;
    private long _from;
    private long _lastTime;
    private int _count;
    private StreamReset _reset;

    /// <summary>Creates a stream before its first event.</summary>
    /// <param name="scorer">The scorer, which no other stream may use.</param>
    /// <param name="frames">The rule of frames that the model was trained with.</param>
    /// <param name="onStep">Called for each window that closes, on the caller's thread; null for nothing.</param>
    /// <param name="options">When the stream is reset; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, the frames do not fit the model, or their rule needs a whole recording.
    /// </exception>
    public EventStream(SpikingStream scorer, EventFrameOptions frames, Action<EventStreamStep>? onStep = null,
        EventStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        ArgumentNullException.ThrowIfNull(frames);
        frames.Validate();
        _options = options ?? new();
        if (_options.MaximumGap <= 0)
        {
            throw new ArgumentException(
                Invariant($"{nameof(EventStreamOptions.MaximumGap)} is {_options.MaximumGap}; it must be at least 1."));
        }
        if (frames.FrameSize != scorer.ValueCount)
        {
            throw new ArgumentException(
                Invariant($"A frame has {frames.FrameSize} values, [{frames.Channels}, {frames.FrameHeight}, ") +
                Invariant($"{frames.FrameWidth}]; the model takes {scorer.ValueCount}, ") +
                $"[{string.Join(", ", scorer.InputShape)}]. Give the options that the model was trained with.");
        }
        _windows = frames.Windows.Live is LiveWindows live && frames.Values != EventValues.VoxelGrid ? live
            : throw new ArgumentException($"The rule {Name(frames)} needs the whole recording, which a stream does " +
                $"not have; train with {nameof(EventWindows)}.{nameof(EventWindows.Grid)}, " +
                $"{nameof(EventWindows.SpikingJellyDuration)}, or {nameof(EventWindows.TonicTimeWindow)} or " +
                $"{nameof(EventWindows.TonicEventCount)} without overlap.");
        Scorer = scorer;
        Frames = frames;
        _onStep = onStep;
        _builder = new FrameBuilder(frames);
        _frame = new float[frames.FrameSize];
    }

    /// <summary>Gets the scorer, with the scores after the last step.</summary>
    public SpikingStream Scorer { get; }

    /// <summary>Gets the rule of frames.</summary>
    public EventFrameOptions Frames { get; }

    /// <summary>Gets the last frame, [channels, height, width]; zeros before the first.</summary>
    public ReadOnlySpan<float> Frame => _frame;

    /// <summary>Takes events, and scores the windows that they close.</summary>
    /// <param name="events">
    /// In the order of time, each within the sensor. One that is earlier than the window that is open resets the
    /// stream.
    /// </param>
    /// <returns>The number of steps.</returns>
    /// <exception cref="ArgumentException">An event lies outside the sensor; those before it were taken.</exception>
    /// <exception cref="InvalidOperationException">
    /// 100,000 windows between two events are empty, and no <see cref="EventStreamOptions.MaximumGap"/> was given.
    /// </exception>
    public int Push(ReadOnlySpan<Event> events)
    {
        int steps = 0;
        foreach (Event item in events)
        {
            if (_isOpen && item.Time < _from)
            {
                Reset(StreamReset.TimeWentBack);
            }
            else if (_isOpen && _options.MaximumGap is long gap && item.Time - _lastTime > gap)
            {
                Reset(StreamReset.Gap);
            }
            bool isAccepted = _builder.Accepts(item);
            if (!_isOpen)
            {
                Open(item.Time);
            }
            steps += CloseUntil(item.Time);
            _lastTime = item.Time;
            if (!isAccepted)
            {
                continue;
            }
            _builder.Add(item);
            _count++;
            if (_windows.Count > 0 && _count == _windows.Count)
            {
                Close(item.Time);
                _from = item.Time;
                steps++;
            }
        }
        return steps;
    }

    /// <summary>Advances the clock, so that windows close although no event arrives.</summary>
    /// <param name="time">In microseconds, with the origin of the events; earlier ones change nothing.</param>
    /// <returns>The number of steps; 0 before the first event and where windows count events.</returns>
    /// <exception cref="InvalidOperationException">100,000 windows would be empty.</exception>
    public int AdvanceTo(long time) => _isOpen ? CloseUntil(time) : 0;

    /// <summary>
    /// Opens the first window although no event has come: the one of the grid that a time lies in, or one that begins
    /// there.
    /// </summary>
    /// <param name="time">In microseconds, with the origin of the events.</param>
    public void Start(long time)
    {
        Reset();
        Open(time);
        _lastTime = time;
    }

    /// <summary>Discards the open window and resets the neurons.</summary>
    public void Reset() => Reset(StreamReset.Requested);

    private void Open(long time)
    {
        _isOpen = true;
        _from = _windows is { Origin: long origin, Duration: long duration and > 0 }
            ? time - ((((time - origin) % duration) + duration) % duration)
            : time;
    }

    private void Reset(StreamReset reason)
    {
        Scorer.Reset();
        _builder.Reset();
        _count = 0;
        _isOpen = false;
        _reset = reason;
    }

    private int CloseUntil(long time)
    {
        if (_windows.Duration == 0 || time - _from < _windows.Duration)
        {
            return 0;
        }
        long closing = (time - _from) / _windows.Duration;
        if (closing > MostEmptyWindows)
        {
            throw new InvalidOperationException(Invariant($"The time goes from {_from} to {time} µs, which is ") +
                Invariant($"{closing} windows; reset the stream, or give {nameof(EventStreamOptions.MaximumGap)}."));
        }
        for (long i = 0; i < closing; i++)
        {
            Close(_from + _windows.Duration);
            _from += _windows.Duration;
        }
        return (int)closing;
    }

    private void Close(long end)
    {
        _builder.Close(end, _frame);
        StreamStep step = Scorer.Push(_frame);
        step = _reset == StreamReset.None ? step : step with { Reset = _reset };
        _reset = StreamReset.None;
        int count = _count;
        _count = 0;
        _onStep?.Invoke(new EventStreamStep { Step = step, From = _from, To = end, Events = count });
    }

    private static string Name(EventFrameOptions frames) => frames switch
    {
        { Values: EventValues.VoxelGrid } => nameof(EventValues.VoxelGrid),
        { Windows: JellyNumberWindows } => nameof(EventWindows.SpikingJellyNumber),
        { Windows: JellyTimeWindows } => nameof(EventWindows.SpikingJellyTime),
        { Windows: TonicTimeBinWindows } => nameof(EventWindows.TonicTimeBins),
        { Windows: TonicEventBinWindows } => nameof(EventWindows.TonicEventBins),
        { Windows: TonicTimeWindows } => $"{nameof(EventWindows.TonicTimeWindow)} with overlap",
        _ => $"{nameof(EventWindows.TonicEventCount)} with overlap",
    };
}

/// <summary>The options of an <see cref="EventStream"/>.</summary>
public sealed class EventStreamOptions
{
    /// <summary>
    /// Gets the longest time between two events of one row in microseconds, at least 1; after a longer one the stream
    /// is reset. Null, the default, for any: the time between becomes empty frames.
    /// </summary>
    public long? MaximumGap { get; init; }
}

/// <summary>The result of a window of an <see cref="EventStream"/>.</summary>
public readonly record struct EventStreamStep
{
    /// <summary>Gets the scorer's result.</summary>
    public StreamStep Step { get; init; }

    /// <summary>Gets where the window began, in microseconds.</summary>
    public long From { get; init; }

    /// <summary>Gets where the window ended, in microseconds.</summary>
    public long To { get; init; }

    /// <summary>Gets the number of events in the window.</summary>
    public int Events { get; init; }
}
