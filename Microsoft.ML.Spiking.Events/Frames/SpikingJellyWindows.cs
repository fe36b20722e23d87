using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Frames;

internal sealed record JellyNumberWindows(int Steps) : EventWindows
{
    internal override int? StepCount => Steps;

    internal override IReadOnlyList<(int From, int To)> Slices(ReadOnlySpan<Event> events)
    {
        var slices = new (int, int)[Steps];
        int each = events.Length / Steps;
        for (int i = 0; i < Steps; i++)
        {
            slices[i] = (i * each, i == Steps - 1 ? events.Length : (i + 1) * each);
        }
        return slices;
    }
}

internal sealed record JellyTimeWindows(int Steps) : EventWindows
{
    internal override int? StepCount => Steps;

    internal override IReadOnlyList<(int From, int To)> Slices(ReadOnlySpan<Event> events)
    {
        var slices = new (int From, int To)[Steps];
        long first = events[0].Time;
        long each = (events[^1].Time - first) / Steps;
        for (int i = 0; i < Steps; i++)
        {
            slices[i] = (WindowRules.PositionOf(events, first + (i * each)),
                i == Steps - 1 ? events.Length : WindowRules.PositionOf(events, first + ((i + 1) * each)));
            if (slices[i].From >= slices[i].To)
            {
                throw new ArgumentException(Invariant($"Step {i} of {Steps} has no events, which SpikingJelly's ") +
                    "split by time " +
                    $"refuses; choose fewer steps, or {nameof(EventWindows)}.{nameof(Grid)}.");
            }
        }
        return slices;
    }
}

internal sealed record JellyDurationWindows(long Duration) : EventWindows
{
    internal override LiveWindows Live => new(Duration, 0, null);

    internal override long EndOf(int index, ReadOnlySpan<Event> events, (int From, int To) slice) =>
        events[0].Time + ((index + 1) * Duration);

    internal override IReadOnlyList<(int From, int To)> Slices(ReadOnlySpan<Event> events)
    {
        long first = events[0].Time;
        long last = events[^1].Time - first;
        int count = WindowRules.Count(Math.Max(1, Math.Ceiling(last / (double)Duration)));
        var slices = new (int, int)[count];
        for (int i = 0; i < count; i++)
        {
            slices[i] = (WindowRules.PositionOf(events, first + (i * Duration)),
                i == count - 1 ? events.Length : WindowRules.PositionOf(events, first + ((i + 1) * Duration)));
        }
        return slices;
    }
}
