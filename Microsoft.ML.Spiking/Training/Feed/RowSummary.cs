namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>What the first pass over the rows found.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="ClassRows">Number of rows of each class.</param>
/// <param name="ClassWeights">Sum of the example weights of each class.</param>
/// <param name="RootMeanSquare">Of all features of all rows.</param>
internal sealed record RowSummary(
    long Rows, IReadOnlyList<long> ClassRows, IReadOnlyList<double> ClassWeights, double RootMeanSquare)
{
    /// <summary>Of all rows in their order: other rows have, but for rare chance, another.</summary>
    public ulong Fingerprint { get; init; }

    /// <summary>Mean and deviation of each channel; null where they were not measured.</summary>
    public ChannelStatistics? Channels { get; init; }

    /// <summary>
    /// The weight of each class that makes all classes count alike: inverse to the class's total weight, with a mean
    /// of 1 over the rows. 1 for classes without rows.
    /// </summary>
    public float[] BalancedWeights()
    {
        double total = ClassWeights.Sum();
        int present = ClassWeights.Count(weight => weight > 0);
        return [.. ClassWeights.Select(weight => weight > 0 ? (float)(total / (present * weight)) : 1f)];
    }

    /// <summary>The weight of each class for that weighting; null where all classes weigh 1.</summary>
    public float[]? WeightsFor(ClassWeighting weighting, IReadOnlyList<float>? given) => weighting switch
    {
        ClassWeighting.None => null,
        ClassWeighting.Balanced => BalancedWeights(),
        ClassWeighting.Given => [.. given!],
        _ => throw new NotSupportedException($"The class weighting {weighting} is not known."),
    };

    /// <summary>What brings the features to a root mean square of 1; features that are all 0 stay.</summary>
    public double InputScale => RootMeanSquare > 0 && double.IsFinite(RootMeanSquare) ? 1 / RootMeanSquare : 1;
}
