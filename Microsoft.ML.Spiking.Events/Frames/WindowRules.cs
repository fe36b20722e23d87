using System.Runtime.CompilerServices;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events.Frames;

/// <summary>The common parts of the rules: the limits of their numbers, and positions of times.</summary>
internal static class WindowRules
{
    /// <summary>As many as a network may have time steps.</summary>
    public const int MostSteps = 1_000;

    public static void CheckSteps(long steps, [CallerArgumentExpression(nameof(steps))] string name = "") =>
        Check(steps, 1, MostSteps, name);

    public static void Check(long value, long lowest, long highest, string name)
    {
        if (value < lowest || value > highest)
        {
            throw new ArgumentOutOfRangeException(
                name, Invariant($"{name} is {value}; it must be from {lowest} to {highest}."));
        }
    }

    public static void CheckShare(double value, string name)
    {
        if (!(value >= 0 && value < 1))
        {
            throw new ArgumentOutOfRangeException(
                name, Invariant($"{name} is {value}; it must be from 0 up to, but not including, 1."));
        }
    }

    /// <summary>The checked number of windows that a rule finds in a recording.</summary>
    public static int Count(double windows) => windows <= MostSteps ? (int)windows : throw new ArgumentException(
        Invariant($"The recording has {windows:0} windows; a network may have {MostSteps} steps. Choose longer ") +
            "windows.");

    /// <summary>The position of the first event that is not before the time.</summary>
    public static int PositionOf(ReadOnlySpan<Event> events, double time)
    {
        int low = 0;
        int high = events.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = events[middle].Time < time ? (middle + 1, high) : (low, middle);
        }
        return low;
    }
}

/// <summary>Windows that close while events arrive: after a time or after a number of events.</summary>
/// <param name="Duration">Microseconds; 0 where events are counted.</param>
/// <param name="Count">Events; 0 where time is.</param>
/// <param name="Origin">Where the grid of windows begins; null for the first event.</param>
internal sealed record LiveWindows(long Duration, int Count, long? Origin);

internal sealed record GridWindows(int Steps, long Duration, long Start) : EventWindows
{
    internal override int? StepCount => Steps;

    internal override LiveWindows Live => new(Duration, 0, Start);

    internal override long EndOf(int index, ReadOnlySpan<Event> events, (int From, int To) slice) =>
        Start + ((index + 1) * Duration);

    internal override IReadOnlyList<(int From, int To)> Slices(ReadOnlySpan<Event> events)
    {
        var slices = new (int, int)[Steps];
        for (int i = 0; i < Steps; i++)
        {
            slices[i] = (WindowRules.PositionOf(events, Start + (i * Duration)),
                WindowRules.PositionOf(events, Start + ((i + 1) * Duration)));
        }
        return slices;
    }
}
