using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Frames;

/// <summary>The frames of whole recordings, in memory that is used again. For one thread.</summary>
internal sealed class FrameMaker
{
    private readonly EventFrameOptions _options;
    private readonly FrameBuilder _builder;
    private readonly List<Event> _kept = [];

    /// <param name="options">Checked here.</param>
    public FrameMaker(EventFrameOptions options)
    {
        options.Validate();
        _options = options;
        _builder = new FrameBuilder(options);
    }

    /// <summary>Writes the row of a recording.</summary>
    /// <param name="events">In the order of time.</param>
    /// <param name="row">Takes [steps, channels, height, width].</param>
    /// <exception cref="ArgumentException">
    /// There are no events, one lies outside the sensor or is earlier than the one before, or they do not fit the
    /// windows.
    /// </exception>
    public void Make(ReadOnlySpan<Event> events, Span<float> row)
    {
        FrameCounts.Check(events, _options.SensorWidth, _options.SensorHeight);
        CheckWindow(events);
        _builder.Reset();
        _kept.Clear();
        if (_options.DenoiseTime is not null)
        {
            foreach (Event item in events)
            {
                if (_builder.Accepts(item))
                {
                    _kept.Add(item);
                }
            }
            events = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_kept);
            if (events.IsEmpty)
            {
                throw new ArgumentException(Invariant($"No event has a neighbor within {_options.DenoiseTime} µs; ") +
                    $"choose a longer {nameof(EventFrameOptions.DenoiseTime)}.");
            }
        }
        if (_options.Values == EventValues.VoxelGrid)
        {
            row.Clear();
            _builder.FillVoxels(events, row);
            return;
        }
        IReadOnlyList<(int From, int To)> slices = _options.Windows.Slices(events);
        int size = _options.FrameSize;
        for (int step = 0; step < _options.StepCount; step++)
        {
            Span<float> frame = row.Slice(step * size, size);
            if (step >= slices.Count)
            {
                frame.Clear();
                continue;
            }
            foreach (Event item in events[slices[step].From..slices[step].To])
            {
                _builder.Add(item);
            }
            _builder.Close(_options.Windows.EndOf(step, events, slices[step]), frame);
        }
    }

    private void CheckWindow(ReadOnlySpan<Event> events)
    {
        long length = events[^1].Time - events[0].Time;
        if (_options.StepCount > 1 && _options.Windows.Live is { Duration: > 0 } windows && windows.Duration > length)
        {
            throw new ArgumentException(Invariant($"The recording lasts {length} µs and a window {windows.Duration} ") +
                "µs, so that no more than two frames have events; choose shorter windows.");
        }
        if (_options.Windows is GridWindows grid && (events[^1].Time < grid.Start
            || events[0].Time >= grid.Start + (grid.Steps * grid.Duration)))
        {
            throw new ArgumentException(Invariant($"The recording's events are from {events[0].Time} to ") +
                Invariant($"{events[^1].Time} µs, none of them in the windows from {grid.Start} to ") +
                Invariant($"{grid.Start + (grid.Steps * grid.Duration)} µs; count times from the first event ") +
                $"({nameof(EventReaderOptions.TimeOrigin)}), or choose other windows.");
        }
    }
}
