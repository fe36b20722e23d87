using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Frames;

/// <summary>
/// Frames made of events one by one, in the order of time: of a recording's windows or of a live stream's.
/// </summary>
internal sealed class FrameBuilder
{
    private const long Never = long.MinValue / 2;

    private readonly EventFrameOptions _options;
    private readonly int[] _columns; // the frame's for each of the sensor's; -1 for none
    private readonly int[] _rows;
    private readonly int _width; // of what events are counted in: the frame, or the sensor where that is resized
    private readonly int _height;
    private readonly float[] _frame;
    private readonly ClifAuthorsPictures? _pictures;
    private readonly long[] _lastTimes; // of each value, for a time surface
    private readonly long[] _neighbors; // of each pixel of the sensor, for denoising

    /// <param name="options">Valid.</param>
    public FrameBuilder(EventFrameOptions options)
    {
        _options = options;
        bool isPicture = options.Scaling == EventScaling.ClifAuthors;
        (_width, _height) = isPicture ? (options.SensorWidth, options.SensorHeight)
            : (options.FrameWidth, options.FrameHeight);
        _columns = Map(options.SensorWidth, _width, options.Scaling);
        _rows = Map(options.SensorHeight, _height, options.Scaling);
        _frame = new float[options.Channels * _height * _width];
        _pictures = isPicture ? new(_width, _height, options.FrameWidth, options.FrameHeight) : null;
        _lastTimes = options.Values == EventValues.TimeSurface ? new long[options.FrameSize] : [];
        _neighbors = options.DenoiseTime is null ? [] : new long[options.SensorWidth * options.SensorHeight];
        Reset();
    }

    /// <summary>Forgets all events.</summary>
    public void Reset()
    {
        Array.Clear(_frame);
        Array.Fill(_lastTimes, Never);
        Array.Fill(_neighbors, Never);
    }

    /// <summary>Returns whether an event has a neighbor in space and time; all have without denoising.</summary>
    /// <exception cref="ArgumentException">The event lies outside the sensor.</exception>
    public bool Accepts(Event item)
    {
        int width = _options.SensorWidth, height = _options.SensorHeight;
        if (item.X >= width || item.Y >= height)
        {
            throw new ArgumentException(Invariant($"An event lies at ({item.X}, {item.Y}), outside the sensor of ") +
                Invariant($"{width}x{height}; give the recording's own size."));
        }
        if (_options.DenoiseTime is not long within)
        {
            return true;
        }
        int place = (item.Y * width) + item.X;
        _neighbors[place] = item.Time;
        return (item.X > 0 && item.Time - _neighbors[place - 1] < within)
            || (item.X < width - 1 && item.Time - _neighbors[place + 1] < within)
            || (item.Y > 0 && item.Time - _neighbors[place - width] < within)
            || (item.Y < height - 1 && item.Time - _neighbors[place + width] < within);
    }

    /// <summary>Adds an event that was accepted.</summary>
    public void Add(Event item)
    {
        if (PlaceOf(item) is not (>= 0 and int place))
        {
            return;
        }
        if (_options.Values == EventValues.TimeSurface)
        {
            _lastTimes[place] = item.Time;
        }
        else
        {
            _frame[place]++;
        }
    }

    /// <summary>Writes the frame of the events since the last, and begins another.</summary>
    /// <param name="end">The time at which the window ends.</param>
    /// <param name="frame">Takes [channels, height, width].</param>
    public void Close(long end, Span<float> frame)
    {
        if (_options.Values == EventValues.TimeSurface)
        {
            for (int i = 0; i < frame.Length; i++)
            {
                frame[i] = _lastTimes[i] == Never ? 0
                    : (float)Math.Exp(Math.Min(0, _lastTimes[i] - end) / (double)_options.TimeConstant);
            }
            return;
        }
        if (_pictures is null)
        {
            _frame.CopyTo(frame);
        }
        else
        {
            _pictures.Make(_frame, frame);
        }
        Array.Clear(_frame);
        Clip(frame);
    }

    /// <summary>Shares events out between steps: [steps, 1, height, width].</summary>
    public void FillVoxels(ReadOnlySpan<Event> events, Span<float> voxels)
    {
        (long first, double length) = _options.Windows is GridWindows grid
            ? (grid.Start, (double)grid.Duration * grid.Steps)
            : (events[0].Time, Math.Max(1, events[^1].Time - events[0].Time));
        int steps = _options.StepCount;
        foreach (Event item in events)
        {
            double at = steps * ((item.Time - first) / length);
            int step = (int)Math.Clamp(Math.Floor(at), -1, steps);
            if (step < 0 || step == steps || PlaceOf(item) is not (>= 0 and int place))
            {
                continue;
            }
            float value = item.IsOn ? 1 : -1, later = (float)(at - step);
            voxels[(step * _options.FrameSize) + place] += value * (1 - later);
            if (step + 1 < steps)
            {
                voxels[((step + 1) * _options.FrameSize) + place] += value * later;
            }
        }
        Clip(voxels);
    }

    private int PlaceOf(Event item)
    {
        int x = _columns[item.X], y = _rows[item.Y];
        return x < 0 || y < 0 ? -1
            : ((((_options.Channels == 2 && item.IsOn ? 1 : 0) * _height) + y) * _width) + x;
    }

    private void Clip(Span<float> values)
    {
        if (_options.MaximumValue is float most)
        {
            foreach (ref float value in values)
            {
                value = Math.Clamp(value, -most, most);
            }
        }
    }

    private static int[] Map(int sensor, int frame, EventScaling scaling)
    {
        int[] map = new int[sensor];
        if (scaling != EventScaling.Nearest)
        {
            for (int i = 0; i < sensor; i++)
            {
                map[i] = (int)((long)i * frame / sensor);
            }
            return map;
        }
        Array.Fill(map, -1);
        for (int i = 0; i < frame; i++)
        {
            map[(int)((long)i * sensor / frame)] = i;
        }
        return map;
    }
}
