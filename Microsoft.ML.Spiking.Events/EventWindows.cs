using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Events.Frames;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// A rule by which the events of a recording become the steps of a network. <see cref="Grid"/> is the rule of choice:
/// its windows do not depend on which event comes first or last, so a live stream has the same ones. The others are
/// those of SpikingJelly and Tonic, with their edges, for comparison.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "rule")]
[JsonDerivedType(typeof(GridWindows), nameof(Grid))]
[JsonDerivedType(typeof(JellyNumberWindows), nameof(SpikingJellyNumber))]
[JsonDerivedType(typeof(JellyTimeWindows), nameof(SpikingJellyTime))]
[JsonDerivedType(typeof(JellyDurationWindows), nameof(SpikingJellyDuration))]
[JsonDerivedType(typeof(TonicTimeWindows), nameof(TonicTimeWindow))]
[JsonDerivedType(typeof(TonicTimeBinWindows), nameof(TonicTimeBins))]
[JsonDerivedType(typeof(TonicCountWindows), nameof(TonicEventCount))]
[JsonDerivedType(typeof(TonicEventBinWindows), nameof(TonicEventBins))]
public abstract record EventWindows
{
    private protected EventWindows()
    {
    }

    /// <summary>
    /// Windows on a fixed grid: step i has the events from start + i * duration up to, but not including, the next
    /// step's. A window without events is an empty frame; events before the first and after the last window belong to
    /// none.
    /// </summary>
    /// <param name="steps">Number of windows, from 1 to 1,000.</param>
    /// <param name="duration">Microseconds in each, from 1 to 1e12.</param>
    /// <param name="start">Where the first begins, in microseconds, within 1e15 of 0.</param>
    public static EventWindows Grid(int steps, long duration, long start = 0)
    {
        WindowRules.CheckSteps(steps);
        WindowRules.Check(duration, 1, 1_000_000_000_000, nameof(duration));
        WindowRules.Check(start, -1_000_000_000_000_000, 1_000_000_000_000_000, nameof(start));
        return new GridWindows(steps, duration, start);
    }

    /// <summary>SpikingJelly's split by number: N / T events a step, of which the last takes the rest.</summary>
    /// <param name="steps">Number of windows T, from 1 to 1,000.</param>
    public static EventWindows SpikingJellyNumber(int steps)
    {
        WindowRules.CheckSteps(steps);
        return new JellyNumberWindows(steps);
    }

    /// <summary>
    /// SpikingJelly's split by time: the time between the first and last event, divided by T and rounded down, of which
    /// the last step takes the rest. As in SpikingJelly, a step without events is refused.
    /// </summary>
    /// <param name="steps">Number of windows T, from 1 to 1,000.</param>
    public static EventWindows SpikingJellyTime(int steps)
    {
        WindowRules.CheckSteps(steps);
        return new JellyTimeWindows(steps);
    }

    /// <summary>
    /// SpikingJelly's windows of a fixed duration, counted from the first event; the number of steps depends on the
    /// recording, and the last takes the event at its very end. (One step where all events have the same time.)
    /// </summary>
    /// <param name="duration">Microseconds in each, from 1 to 1e12.</param>
    public static EventWindows SpikingJellyDuration(long duration)
    {
        WindowRules.Check(duration, 1, 1_000_000_000_000, nameof(duration));
        return new JellyDurationWindows(duration);
    }

    /// <summary>
    /// Tonic's windows of a fixed duration, counted from the first event. The event at the very end falls out where the
    /// duration divides the recording's.
    /// </summary>
    /// <param name="duration">Microseconds in each, from 1 to 1e12.</param>
    /// <param name="overlap">Microseconds that neighbours share, from 0 up to, but not including, the duration.</param>
    /// <param name="includeIncomplete">Whether there is a further window for the rest.</param>
    public static EventWindows TonicTimeWindow(long duration, long overlap = 0, bool includeIncomplete = false)
    {
        WindowRules.Check(duration, 1, 1_000_000_000_000, nameof(duration));
        WindowRules.Check(overlap, 0, duration - 1, nameof(overlap));
        return new TonicTimeWindows(duration, overlap, includeIncomplete);
    }

    /// <summary>Tonic's windows of equal duration, as many as given; the last event or events are lost.</summary>
    /// <param name="steps">Number of windows, from 1 to 1,000.</param>
    /// <param name="overlap">The share that neighbours have in common, from 0 up to, but not including, 1.</param>
    public static EventWindows TonicTimeBins(int steps, double overlap = 0)
    {
        WindowRules.CheckSteps(steps);
        WindowRules.CheckShare(overlap, nameof(overlap));
        return new TonicTimeBinWindows(steps, overlap);
    }

    /// <summary>Tonic's windows of a fixed number of events.</summary>
    /// <param name="count">Events in each, from 1 to 1e9.</param>
    /// <param name="overlap">Events that neighbours share, from 0 up to, but not including, the count.</param>
    /// <param name="includeIncomplete">Whether there is a further window for the rest.</param>
    public static EventWindows TonicEventCount(int count, int overlap = 0, bool includeIncomplete = false)
    {
        WindowRules.Check(count, 1, 1_000_000_000, nameof(count));
        WindowRules.Check(overlap, 0, count - 1, nameof(overlap));
        return new TonicCountWindows(count, overlap, includeIncomplete);
    }

    /// <summary>Tonic's windows of equal numbers of events, as many as given; the rest is lost.</summary>
    /// <param name="steps">Number of windows, from 1 to 1,000.</param>
    /// <param name="overlap">The share that neighbours have in common, from 0 up to, but not including, 1.</param>
    public static EventWindows TonicEventBins(int steps, double overlap = 0)
    {
        WindowRules.CheckSteps(steps);
        WindowRules.CheckShare(overlap, nameof(overlap));
        return new TonicEventBinWindows(steps, overlap);
    }

    /// <summary>Gets the number of windows; null where it depends on the recording.</summary>
    [JsonIgnore]
    internal virtual int? StepCount => null;

    /// <summary>
    /// Gets the windows as a live stream has them; null where they depend on events that are to come.
    /// </summary>
    [JsonIgnore]
    internal virtual LiveWindows? Live => null;

    /// <summary>Returns the time at which a window ends.</summary>
    /// <param name="index">The window, from 0.</param>
    /// <param name="events">All events.</param>
    /// <param name="slice">The window's events.</param>
    internal virtual long EndOf(int index, ReadOnlySpan<Event> events, (int From, int To) slice) =>
        events[Math.Max(slice.To - 1, 0)].Time;

    /// <summary>Returns the events of each window, from and to positions in the recording.</summary>
    /// <param name="events">At least one, in the order of time.</param>
    internal abstract IReadOnlyList<(int From, int To)> Slices(ReadOnlySpan<Event> events);
}
