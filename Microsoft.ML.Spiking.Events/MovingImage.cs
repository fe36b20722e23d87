using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events;

/// <summary>An image that moves in front of a <see cref="SimulatedCamera"/>, as at a saccade of an eye.</summary>
public static class MovingImage
{
    private const long MostSteps = 10_000_000;

    /// <summary>Gets the width and height in pixels of N-MNIST's recordings.</summary>
    public const int SaccadeSide = 34;

    /// <summary>
    /// Gets the path of the digits of N-MNIST, as it was measured on its recordings: three saccades of about 70 ms,
    /// at 12, 115 and 225 ms.
    /// </summary>
    public static IReadOnlyList<ImagePosition> Saccades { get; } =
    [
        new(0, -2.5, -1.8), new(12_000, -2.5, -1.8), new(80_000, -0.2, 3.1), new(115_000, -0.2, 3.1),
        new(190_000, 3, -1.7), new(225_000, 3, -1.7), new(298_000, -1.5, -1.8), new(315_000, -1.5, -1.8),
    ];

    /// <summary>
    /// Gets the pixels with which <see cref="RecordSaccades"/> comes close to N-MNIST's recordings in the number of
    /// events and in their places.
    /// </summary>
    public static SimulatedCameraOptions SaccadeCamera { get; } = SimulatedCameraOptions.Esim with
    {
        OnThreshold = 0.5,
        OffThreshold = 0.5,
        ThresholdDeviation = 0.03,
        LogOffset = 0.05,
    };

    /// <summary>Records an image that moves along a path.</summary>
    /// <param name="image">[height, width], from 0 to 255; around it all is black.</param>
    /// <param name="imageWidth">Its width in pixels.</param>
    /// <param name="imageHeight">Its height in pixels.</param>
    /// <param name="path">
    /// Where the image's center is at which time, two positions at least; between them it starts and stops smoothly.
    /// </param>
    /// <param name="camera">A camera that has seen nothing after the path's first time.</param>
    /// <param name="step">Microseconds between two looks at the image, at least 1. Default 1,000.</param>
    /// <exception cref="ArgumentException">
    /// The image has another size or other values, or the path does not go forward in time.
    /// </exception>
    public static Event[] Record(ReadOnlySpan<float> image, int imageWidth, int imageHeight,
        IReadOnlyList<ImagePosition> path, SimulatedCamera camera, long step = 1_000)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(camera);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        if (image.Length != (long)imageWidth * imageHeight)
        {
            throw new ArgumentException(
                Invariant($"The image has {image.Length} pixels, which are not {imageWidth}x{imageHeight}."));
        }
        SimulatedCamera.CheckValues(image);
        CheckPath(path, step);
        var events = new List<Event>();
        float[] seen = new float[camera.Width * camera.Height];
        for (long time = path[0].Time; time <= path[^1].Time; time += step)
        {
            (double x, double y) = At(path, time);
            Draw(image, imageWidth, imageHeight, seen, camera.Width,
                (0.5 * (camera.Width - imageWidth)) + x, (0.5 * (camera.Height - imageHeight)) + y);
            events.AddRange(camera.Push(seen, time));
        }
        return [.. events];
    }

    /// <summary>
    /// Records a digit of MNIST as N-MNIST does: shown to a camera of 34x34 pixels that makes three saccades.
    /// </summary>
    /// <param name="digit">[28, 28], from 0 to 255.</param>
    /// <param name="seed">The seed of the camera's noise.</param>
    /// <param name="camera">Its pixels; null for <see cref="SaccadeCamera"/>. The seed is not taken from here.</param>
    /// <exception cref="ArgumentException">The digit has another size.</exception>
    public static Event[] RecordSaccades(
        ReadOnlySpan<byte> digit, int seed = 1, SimulatedCameraOptions? camera = null)
    {
        const int Side = 28;
        if (digit.Length != Side * Side)
        {
            throw new ArgumentException(
                Invariant($"The digit has {digit.Length} pixels; those of MNIST have {Side}x{Side}."));
        }
        float[] image = new float[digit.Length];
        for (int i = 0; i < image.Length; i++)
        {
            image[i] = digit[i];
        }
        return Record(image, Side, Side, Saccades,
            new SimulatedCamera(SaccadeSide, SaccadeSide, (camera ?? SaccadeCamera) with { Seed = seed }));
    }

    private static void CheckPath(IReadOnlyList<ImagePosition> path, long step)
    {
        if (path.Count < 2)
        {
            throw new ArgumentException(Invariant($"The path has {path.Count} positions; it needs two at least."));
        }
        for (int i = 0; i < path.Count; i++)
        {
            if (!double.IsFinite(path[i].X + path[i].Y) || (i > 0 && path[i].Time <= path[i - 1].Time))
            {
                throw new ArgumentException(Invariant($"Position {i} of the path is {path[i]}; places are ") +
                    "finite and times rise.");
            }
        }
        if ((path[^1].Time - path[0].Time) / step > MostSteps)
        {
            throw new ArgumentException(Invariant($"The path has more than {MostSteps} steps of {step} µs."));
        }
    }

    private static (double X, double Y) At(IReadOnlyList<ImagePosition> path, long time)
    {
        int next = 1;
        while (path[next].Time < time)
        {
            next++;
        }
        (ImagePosition from, ImagePosition to) = (path[next - 1], path[next]);
        double share = (double)(time - from.Time) / (to.Time - from.Time);
        double smooth = share * share * (3 - (2 * share));
        return (from.X + (smooth * (to.X - from.X)), from.Y + (smooth * (to.Y - from.Y)));
    }

    // Bilinear: each pixel of the camera sees up to four of the image.
    private static void Draw(ReadOnlySpan<float> image, int imageWidth, int imageHeight, Span<float> seen, int width,
        double left, double top)
    {
        int height = seen.Length / width;
        for (int y = 0; y < height; y++)
        {
            (int row, float below) = Split(y - top);
            for (int x = 0; x < width; x++)
            {
                (int column, float after) = Split(x - left);
                // Rounding may bring the mean of white pixels above white.
                seen[(y * width) + x] = Math.Min(SimulatedCamera.White,
                    ((1 - below) * Line(image, row, column, after)) + (below * Line(image, row + 1, column, after)));
            }
        }

        float Line(ReadOnlySpan<float> pixels, int row, int column, float after) =>
            ((1 - after) * Pixel(pixels, row, column)) + (after * Pixel(pixels, row, column + 1));

        float Pixel(ReadOnlySpan<float> pixels, int row, int column) =>
            (uint)row < (uint)imageHeight && (uint)column < (uint)imageWidth ? pixels[(row * imageWidth) + column] : 0;

        static (int Whole, float Part) Split(double place)
        {
            double whole = Math.Floor(place);
            return ((int)Math.Clamp(whole, int.MinValue / 2, int.MaxValue / 2), (float)(place - whole));
        }
    }
}

/// <summary>A position of a <see cref="MovingImage"/>.</summary>
public readonly record struct ImagePosition
{
    /// <summary>Creates a position.</summary>
    /// <param name="time">Microseconds.</param>
    /// <param name="x">Pixels to the right of the camera's center.</param>
    /// <param name="y">Pixels below it.</param>
    public ImagePosition(long time, double x, double y)
    {
        Time = time;
        X = x;
        Y = y;
    }

    /// <summary>Gets the time in microseconds.</summary>
    public long Time { get; init; }

    /// <summary>Gets how many pixels to the right of the camera's center the image is.</summary>
    public double X { get; init; }

    /// <summary>Gets how many pixels below the camera's center the image is.</summary>
    public double Y { get; init; }
}
