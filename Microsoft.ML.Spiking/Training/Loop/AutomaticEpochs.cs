namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// How long to train when nobody says: until about 250,000 rows have been seen, but at least 10 and at most 100 times
/// each. Measured on tables and images from 150 to 60,000 rows (docs/defaults.md).
/// </summary>
internal static class AutomaticEpochs
{
    public const int Least = 10;
    public const int Most = 100;
    private const double Visits = 250_000;

    /// <summary>The number of epochs for so many training rows.</summary>
    public static int For(long rows) => (int)Math.Clamp(Math.Ceiling(Visits / rows), Least, Most);
}
