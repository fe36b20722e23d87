using System.Globalization;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>The median over the rounds of one contender's time over another's, with its spread.</summary>
/// <param name="Median">The median of the rounds' ratios.</param>
/// <param name="Low">The lower quartile.</param>
/// <param name="High">The upper quartile.</param>
internal sealed record PairedRatio(double Median, double Low, double High)
{
    /// <summary>Returns the ratio of two contenders' times in the same rounds.</summary>
    public static PairedRatio Of(double[] numerator, double[] denominator)
    {
        double[] ratios = [.. numerator.Zip(denominator, (a, b) => a / b).Order()];
        return new PairedRatio(At(ratios, 0.5), At(ratios, 0.25), At(ratios, 0.75));
    }

    /// <summary>Returns the median of <paramref name="values"/>.</summary>
    public static double MedianOf(IEnumerable<double> values) => At([.. values.Order()], 0.5);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Median:0.00} [{Low:0.00}, {High:0.00}]");

    private static double At(double[] sorted, double part)
    {
        double position = part * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
