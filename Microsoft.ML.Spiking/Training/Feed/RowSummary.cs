namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>The summary of the first pass over the rows.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="ClassRows">Number of rows of each class.</param>
/// <param name="ClassWeights">Sum of the example weights of each class.</param>
/// <param name="RootMeanSquare">Root mean square of all features of all rows.</param>
internal sealed record RowSummary(
    long Rows, IReadOnlyList<long> ClassRows, IReadOnlyList<double> ClassWeights, double RootMeanSquare)
{
    /// <summary>The sketch that tells these rows apart from others.</summary>
    public DataSketch Sketch { get; init; } = new(Targets: 0, Projections: [], Norms: []);

    /// <summary>The statistics of each channel; null where they were not measured.</summary>
    public ChannelStatistics? Channels { get; init; }

    /// <summary>
    /// Returns the weight of each class that gives all classes the same influence: inverse to the class's total weight,
    /// with a mean of 1 over the rows. 1 for classes without rows.
    /// </summary>
    public float[] BalancedWeights()
    {
        double total = ClassWeights.Sum();
        int present = ClassWeights.Count(weight => weight > 0);
        return [.. ClassWeights.Select(weight => weight > 0 ? (float)(total / (present * weight)) : 1f)];
    }

    /// <summary>Returns the weight of each class under a weighting; null where all classes weigh 1.</summary>
    public float[]? WeightsFor(ClassWeighting weighting, IReadOnlyList<float>? given) => weighting switch
    {
        ClassWeighting.None => null,
        ClassWeighting.Balanced => BalancedWeights(),
        ClassWeighting.Given => [.. given!],
        _ => throw new NotSupportedException($"The class weighting {weighting} is not known."),
    };

    /// <summary>The factor that brings the features to a root mean square of 1; 1 where they are all 0.</summary>
    public double InputScale => RootMeanSquare > 0 && double.IsFinite(RootMeanSquare) ? 1 / RootMeanSquare : 1;
}
