namespace Microsoft.ML.Spiking.Events.Frames;

internal sealed record TonicTimeWindows(long Duration, long Overlap, bool IncludeIncomplete) : EventWindows
{
    internal override LiveWindows? Live => Overlap == 0 ? new(Duration, 0, null) : null;

    internal override long EndOf(int index, ReadOnlySpan<Event> events, (int From, int To) slice) =>
        events[0].Time + (index * (Duration - Overlap)) + Duration;

    internal override IReadOnlyList<(int From, int To)> Slices(ReadOnlySpan<Event> events)
    {
        double stride = Duration - Overlap;
        double rest = (events[^1].Time - events[0].Time - Duration) / stride;
        int count = WindowRules.Count(Math.Max(1, (IncludeIncomplete ? Math.Ceiling(rest) : Math.Floor(rest)) + 1));
        return TonicWindows.ByTime(events, count, Duration, stride);
    }
}

internal sealed record TonicTimeBinWindows(int Steps, double Overlap) : EventWindows
{
    internal override int? StepCount => Steps;

    internal override IReadOnlyList<(int From, int To)> Slices(ReadOnlySpan<Event> events)
    {
        double duration = (events[^1].Time - events[0].Time) / Steps * (1 + Overlap);
        return TonicWindows.ByTime(events, Steps, duration, duration * (1 - Overlap));
    }
}

internal sealed record TonicCountWindows(int Count, int Overlap, bool IncludeIncomplete) : EventWindows
{
    internal override LiveWindows? Live => Overlap == 0 ? new(0, Count, null) : null;

    internal override IReadOnlyList<(int From, int To)> Slices(ReadOnlySpan<Event> events)
    {
        double rest = (events.Length - Count) / (double)(Count - Overlap);
        int count = WindowRules.Count(Math.Max(1, (IncludeIncomplete ? Math.Ceiling(rest) : Math.Floor(rest)) + 1));
        return TonicWindows.ByPosition(events, count, Count, Count - Overlap);
    }
}

internal sealed record TonicEventBinWindows(int Steps, double Overlap) : EventWindows
{
    internal override int? StepCount => Steps;

    internal override IReadOnlyList<(int From, int To)> Slices(ReadOnlySpan<Event> events)
    {
        int count = (int)(events.Length / Steps * (1 + Overlap));
        return TonicWindows.ByPosition(events, Steps, count, (int)(count * (1 - Overlap)));
    }
}

/// <summary>Windows of equal length at equal distances.</summary>
internal static class TonicWindows
{
    public static (int From, int To)[] ByTime(ReadOnlySpan<Event> events, int count, double duration, double stride)
    {
        var slices = new (int, int)[count];
        for (int i = 0; i < count; i++)
        {
            double start = events[0].Time + (i * stride);
            slices[i] = (WindowRules.PositionOf(events, start), WindowRules.PositionOf(events, start + duration));
        }
        return slices;
    }

    public static (int From, int To)[] ByPosition(ReadOnlySpan<Event> events, int count, int length, int stride)
    {
        var slices = new (int, int)[count];
        for (int i = 0; i < count; i++)
        {
            long start = Math.Min((long)i * stride, events.Length);
            slices[i] = ((int)start, (int)Math.Min(start + length, events.Length));
        }
        return slices;
    }
}
