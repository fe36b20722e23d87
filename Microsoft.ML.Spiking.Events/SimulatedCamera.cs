using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// An event camera that looks at images: each further image makes events at the pixels whose light has changed. The
/// images should follow each other closely, about a millisecond, because what happens between them is interpolated.
/// </summary>
/// <remarks>For one thread. Equal images, times and options give equal events.</remarks>
public sealed class SimulatedCamera
{
    // v2e: below 20 of 255 the logarithm is a line through 0, so that noise of dark pixels stays small.
    private const float LinearBelow = 20;

    /// <summary>The value of white.</summary>
    internal const float White = 255;

    private const double LeastThreshold = 0.01;
    private const double LeakMismatch = 0.1, LeakJitter = 0.1;
    private const double ShotNoiseOfWhite = 0.25;

    private readonly SimulatedCameraOptions _options;
    private readonly Random _random;
    private readonly double[] _light; // the logarithm that a pixel has noticed
    private readonly double[] _reference; // that of its last event
    private readonly double[] _on; // thresholds
    private readonly double[] _off;
    private readonly double[] _leak; // events per second
    private readonly long[] _lastTimes;
    private readonly List<Event> _events = [];
    private long? _time;

    /// <summary>Creates a camera that has seen nothing yet.</summary>
    /// <param name="width">Pixels, from 1 to 65,536.</param>
    /// <param name="height">Pixels, from 1 to 65,536; at most 2^26 in all.</param>
    /// <param name="options">Its pixels; null for the defaults.</param>
    /// <exception cref="ArgumentException">A size or an option is out of its range.</exception>
    public SimulatedCamera(int width, int height, SimulatedCameraOptions? options = null)
    {
        if ((EventReaderOptions.SideFault(width, nameof(width)) ?? EventReaderOptions.SideFault(height, nameof(height)))
            is string fault)
        {
            throw new ArgumentException(fault);
        }
        if ((long)width * height > 1 << 26)
        {
            throw new ArgumentException(Invariant($"A camera of {width}x{height} has more than {1 << 26} pixels."));
        }
        (Width, Height) = (width, height);
        _options = options ?? new();
        _options.Validate();
        _random = new Random(_options.Seed);
        int count = width * height;
        (_light, _reference, _lastTimes) = (new double[count], new double[count], new long[count]);
        Array.Fill(_lastTimes, long.MinValue / 2);
        (_on, _off, _leak) = (new double[count], new double[count], new double[count]);
        for (int i = 0; i < count; i++)
        {
            _on[i] = Math.Max(LeastThreshold, _options.OnThreshold + (_options.ThresholdDeviation * Normal()));
            _off[i] = Math.Max(LeastThreshold, _options.OffThreshold + (_options.ThresholdDeviation * Normal()));
            _leak[i] = _options.LeakRate * Math.Pow(10, LeakMismatch * Normal());
        }
    }

    /// <summary>Gets the width in pixels.</summary>
    public int Width { get; }

    /// <summary>Gets the height in pixels.</summary>
    public int Height { get; }

    /// <summary>Shows the camera an image.</summary>
    /// <param name="image">[height, width], from 0 for black to 255 for white.</param>
    /// <param name="time">In microseconds, later than the image before.</param>
    /// <returns>
    /// The events since the image before, in the order of time; none for the first image. Valid until the next call.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The image has another size or other values, or is not later than the one before.
    /// </exception>
    public ReadOnlySpan<Event> Push(ReadOnlySpan<float> image, long time)
    {
        Check(image, time);
        _events.Clear();
        if (_time is long before)
        {
            for (int i = 0; i < image.Length; i++)
            {
                See(i, image[i], before, time);
            }
            _events.Sort(static (a, b) => (a.Time, a.Y, a.X, a.IsOn).CompareTo((b.Time, b.Y, b.X, b.IsOn)));
        }
        else
        {
            for (int i = 0; i < image.Length; i++)
            {
                _reference[i] = _light[i] = Logarithm(image[i]);
            }
        }
        _time = time;
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_events);
    }

    private void Check(ReadOnlySpan<float> image, long time)
    {
        if (image.Length != Width * Height)
        {
            throw new ArgumentException(
                Invariant($"The image has {image.Length} pixels; the camera has {Width}x{Height}."));
        }
        if (time <= _time)
        {
            throw new ArgumentException(
                Invariant($"The image is at {time} µs, the one before at {_time}; images come in the order of time."));
        }
        CheckValues(image);
    }

    /// <summary>Throws for values that no pixel has.</summary>
    internal static void CheckValues(ReadOnlySpan<float> image)
    {
        foreach (float value in image)
        {
            if (!(value >= 0 && value <= White))
            {
                throw new ArgumentException(
                    Invariant($"The image has the value {value}; pixels are from 0 for black to 255 for white."));
            }
        }
    }

    private void See(int pixel, float value, long before, long time)
    {
        double seconds = (time - before) * 1e-6, from = _light[pixel], to = Logarithm(value);
        if (_options.CutoffFrequency > 0)
        {
            double speed = (value + LinearBelow) / (White + LinearBelow) * 2 * Math.PI * _options.CutoffFrequency;
            to = from + (Math.Min(1, speed * seconds) * (to - from));
        }
        _light[pixel] = to;
        if (_options.LeakRate > 0)
        {
            _reference[pixel] -= seconds * _leak[pixel] * (1 - (LeakJitter * Normal())) * _on[pixel];
        }
        Change(pixel, from, to, before, time);
        if (_options.ShotNoiseRate > 0)
        {
            double share = 1 - ((1 - ShotNoiseOfWhite) * value / White);
            double expected = _options.ShotNoiseRate / 2 * seconds * share;
            AddNoise(pixel, expected * _options.OffThreshold / _off[pixel], before, time, isOn: false);
            AddNoise(pixel, expected * _options.OnThreshold / _on[pixel], before, time, isOn: true);
        }
    }

    private void Change(int pixel, double from, double to, long before, long time)
    {
        bool isOn = to > _reference[pixel];
        double step = isOn ? _on[pixel] : -_off[pixel];
        int count = (int)((to - _reference[pixel]) / step);
        for (int i = 1; i <= count; i++)
        {
            _reference[pixel] += step;
            double share = _options.Model == EventCameraModel.V2e ? (double)i / count
                : to == from ? 1 : Math.Clamp((_reference[pixel] - from) / (to - from), 0, 1);
            Add(pixel, before + (long)Math.Round(share * (time - before)), isOn);
        }
    }

    private void AddNoise(int pixel, double probability, long before, long time, bool isOn)
    {
        if (_random.NextDouble() < probability)
        {
            Add(pixel, before + 1 + _random.NextInt64(time - before), isOn);
        }
    }

    private void Add(int pixel, long time, bool isOn)
    {
        if (time - _lastTimes[pixel] >= _options.RefractoryPeriod)
        {
            _lastTimes[pixel] = time;
            _events.Add(new Event(time, (ushort)(pixel % Width), (ushort)(pixel / Width), isOn));
        }
    }

    private double Logarithm(float value) => _options.Model == EventCameraModel.Esim
        ? Math.Log((value / White) + _options.LogOffset)
        : value <= LinearBelow ? value * Math.Log(LinearBelow) / LinearBelow : Math.Log(value);

    private double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
