using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Frames;

/// <summary>Counts the events of windows.</summary>
internal static class FrameCounts
{
    /// <summary>The most values that frames may have: 1 GiB.</summary>
    public const long MostValues = 1L << 28;

    private const int Polarities = 2;

    public static void Check(ReadOnlySpan<Event> events, int width, int height)
    {
        if (events.IsEmpty)
        {
            throw new ArgumentException("The recording has no events; leave it out, or check the file and its " +
                "labels' times.");
        }
        for (int i = 0; i < events.Length; i++)
        {
            if (events[i].X >= width || events[i].Y >= height)
            {
                throw new ArgumentException(Invariant($"Event {i} lies at ({events[i].X}, {events[i].Y}), outside ") +
                    "the sensor of " +
                    Invariant($"{width}x{height}; give the recording's own size."));
            }
            if (i > 0 && events[i].Time < events[i - 1].Time)
            {
                throw new ArgumentException(Invariant($"Event {i} is at {events[i].Time} µs, earlier than the one ") +
                    "before it at " +
                    Invariant($"{events[i - 1].Time} µs; sort the events by their time."));
            }
        }
    }

    public static EventFrames Make(
        ReadOnlySpan<Event> events, int width, int height, IReadOnlyList<(int From, int To)> slices)
    {
        long plane = (long)width * height;
        if (slices.Count * Polarities * plane > MostValues)
        {
            throw new ArgumentException(Invariant($"{slices.Count} frames of {width}x{height} have more than ") +
                Invariant($"{MostValues} values; ") +
                "choose fewer steps.");
        }
        float[] counts = new float[slices.Count * Polarities * plane];
        for (int step = 0; step < slices.Count; step++)
        {
            foreach (Event value in events[slices[step].From..slices[step].To])
            {
                long channel = ((long)step * Polarities) + (value.IsOn ? 1 : 0);
                counts[(channel * plane) + ((long)value.Y * width) + value.X]++;
            }
        }
        return new EventFrames(slices.Count, Polarities, height, width, counts);
    }
}
