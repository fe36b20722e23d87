using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Arrays;

/// <summary>Makes events of numbers, which may be of any of NumPy's types.</summary>
/// <param name="tally">Counts numbers that are no event.</param>
/// <param name="timeUnit">Microseconds in a unit of time.</param>
internal sealed class NumPyEvent(EventTally tally, double timeUnit)
{
    // Half of what 64 bits hold: differences of times do not overflow.
    private const double LatestTime = 1L << 62;

    /// <summary>Gets the names that a field of that kind may have, by the field: t, x, y, p.</summary>
    public static IReadOnlyList<string[]> Names { get; } =
        [["t", "ts", "time", "timestamp"], ["x"], ["y"], ["p", "pol", "polarity", "on"]];

    /// <summary>Makes an event; false, and a count, for numbers that are none.</summary>
    public bool TryMake(
        NumPyScalar timeType, ReadOnlySpan<byte> timeBytes, double x, double y, double polarity, out Event value)
    {
        value = default;
        double time = timeType.ReadNumber(timeBytes) * timeUnit;
        if (!(Math.Abs(time) < LatestTime) || !double.IsFinite(x) || !double.IsFinite(y) || double.IsNaN(polarity))
        {
            tally.Invalid++;
            return false;
        }
        if (x is < 0 or > ushort.MaxValue || y is < 0 or > ushort.MaxValue)
        {
            tally.OutOfRange++;
            return false;
        }
        // Whole numbers go past the double, which holds 53 bits.
        bool isExact = !timeType.IsFloat && timeUnit == 1;
        long microseconds = isExact ? timeType.ReadInteger(timeBytes) : (long)Math.Round(time);
        value = new Event(microseconds, (ushort)x, (ushort)y, polarity > 0);
        return true;
    }
}
