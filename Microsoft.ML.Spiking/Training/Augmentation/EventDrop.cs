using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>The loss of events of EventDrop: of a span of time, of a box, or of all at random.</summary>
internal static class EventDrop
{
    // More events in one value are dropped as a normal variable, rounded.
    private const int MostSingle = 1_024;

    /// <summary>Drops events of a row in one of four ways.</summary>
    /// <param name="row">The row.</param>
    /// <param name="images">Its layout.</param>
    /// <param name="random">The row's random numbers.</param>
    public static void Apply(Span<float> row, in ImageLayout images, ref RandomStream random)
    {
        int way = random.NextInt32(4);
        double share = (1 + random.NextInt32(9)) / 10.0;
        switch (way)
        {
            case 1:
                OfTime(row, images, random.NextDouble() * (1 - share), share, ref random);
                break;
            case 2:
                double side = (1 + random.NextInt32(5)) / 20.0;
                int height = SideOf(images.Height, side), width = SideOf(images.Width, side);
                int top = random.NextInt32(images.Height - height + 1);
                int left = random.NextInt32(images.Width - width + 1);
                BoxPlanes.Fill(row, images, new Box(top, top + height, left, left + width), [0f]);
                break;
            case 3:
                Thin(row, share, ref random);
                break;
        }
    }

    /// <summary>Drops what lies in a span of time; of steps that lie in it partly, that part.</summary>
    /// <param name="row">The row.</param>
    /// <param name="images">Its layout.</param>
    /// <param name="from">Where the span begins, as a share of the row's time.</param>
    /// <param name="share">Its length, as such a share.</param>
    /// <param name="random">The row's random numbers.</param>
    public static void OfTime(
        Span<float> row, in ImageLayout images, double from, double share, ref RandomStream random)
    {
        int size = images.Channels * images.PlaneSize;
        double first = from * images.Frames, last = (from + share) * images.Frames;
        for (int step = 0; step < images.Frames; step++)
        {
            double covered = Math.Min(last, step + 1) - Math.Max(first, step);
            if (covered > 0)
            {
                Thin(row.Slice(step * size, size), covered, ref random);
            }
        }
    }

    /// <summary>Drops each event with a probability.</summary>
    public static void Thin(Span<float> values, double probability, ref RandomStream random)
    {
        if (probability >= 1)
        {
            values.Clear();
            return;
        }
        foreach (ref float value in values)
        {
            if (value == 0)
            {
                continue;
            }
            float count = Math.Abs(value);
            if (count != MathF.Floor(count))
            {
                value = random.NextDouble() < probability ? 0 : value;
                continue;
            }
            value = MathF.CopySign(count > MostSingle
                ? Many(count, probability, ref random) : Single((int)count, probability, ref random), value);
        }
    }

    private static int SideOf(int length, double share) => Math.Clamp((int)Math.Round(length * share), 1, length);

    private static int Single(int count, double probability, ref RandomStream random)
    {
        int left = 0;
        for (int i = 0; i < count; i++)
        {
            left += random.NextDouble() < probability ? 0 : 1;
        }
        return left;
    }

    private static float Many(float count, double probability, ref RandomStream random)
    {
        Span<float> normal = [0];
        random.FillNormal(normal, 0, 1);
        double left = (count * (1 - probability)) + (normal[0] * Math.Sqrt(count * probability * (1 - probability)));
        return (float)Math.Clamp(Math.Round(left), 0, count);
    }
}
