namespace Microsoft.ML.Spiking.Sweeps.Halving;

/// <summary>The settings that decide which trial is trained next.</summary>
internal sealed record SweepRules
{
    /// <summary>Gets the epochs after which trials rest; the last is the end.</summary>
    public required IReadOnlyList<int> Rungs { get; init; }

    /// <summary>One trial of that many goes on.</summary>
    public required int ReductionFactor { get; init; }

    /// <summary>Trainings of a trial.</summary>
    public required int Folds { get; init; }

    public required SweepMetric Metric { get; init; }

    /// <summary>Null for no limit.</summary>
    public int? MaximumTrials { get; init; }

    /// <summary>Over all trials and folds; null for no limit.</summary>
    public long? MaximumEpochs { get; init; }

    /// <summary>How many of the best trials are trained again with other seeds.</summary>
    public int StabilityTrials { get; init; }

    /// <summary>Gets the number of those seeds.</summary>
    public int StabilitySeeds { get; init; }

    /// <summary>Gets the number of epochs for which a trial is trained.</summary>
    public int Epochs => Rungs[^1];
}
