namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>The progress of a sweep, as far as this process knows it, after an epoch of a trial.</summary>
public sealed class SweepProgress
{
    /// <summary>Gets the number of the trial that has finished an epoch.</summary>
    public required int Trial { get; init; }

    /// <summary>Gets the epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Gets the epoch to which the trial is being trained now.</summary>
    public required int Epochs { get; init; }

    /// <summary>Gets the metric's value, of one fold if there are folds; NaN if it could not be computed.</summary>
    public required double Score { get; init; }

    /// <summary>Gets the number of trials that have been started.</summary>
    public required int Trials { get; init; }

    /// <summary>Gets the epochs that have been trained, over all trials, processes and folds.</summary>
    public required long EpochsSpent { get; init; }

    /// <summary>
    /// Gets the best value of any trial when this trial was started or went on; null before there is one.
    /// </summary>
    public double? BestScore { get; init; }

    /// <summary>Gets the number of the trial with the best value; null before there is one.</summary>
    public int? BestTrial { get; init; }
}
