namespace Microsoft.ML.Spiking.Sweeps.Halving;

/// <summary>The settings that decide which trial is trained next.</summary>
internal sealed record SweepRules
{
    /// <summary>Gets the epochs after which trials rest; the last is the end.</summary>
    public required IReadOnlyList<int> Rungs { get; init; }

    /// <summary>Gets the reduction factor: of this many trials, one is trained further.</summary>
    public required int ReductionFactor { get; init; }

    /// <summary>Gets the number of trainings of a trial.</summary>
    public required int Folds { get; init; }

    public required SweepMetric Metric { get; init; }

    /// <summary>Gets the maximum number of trials; null for no limit.</summary>
    public int? MaximumTrials { get; init; }

    /// <summary>Gets the maximum number of epochs, over all trials and folds; null for no limit.</summary>
    public long? MaximumEpochs { get; init; }

    /// <summary>Gets how many of the best trials are trained again with other seeds.</summary>
    public int StabilityTrials { get; init; }

    /// <summary>Gets the number of those seeds.</summary>
    public int StabilitySeeds { get; init; }

    /// <summary>Gets the number of epochs for which a trial is trained.</summary>
    public int Epochs => Rungs[^1];
}
