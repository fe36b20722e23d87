namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>A trial of a sweep: the values chosen for it, and how it ended.</summary>
public sealed class SweepTrial
{
    /// <summary>Gets the trial's number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Gets the trial's state.</summary>
    public required TrialState State { get; init; }

    /// <summary>Gets the values chosen for it, by the space's names.</summary>
    public required IReadOnlyDictionary<string, object> Values { get; init; }

    /// <summary>
    /// Gets the metric's best value over all epochs; for a trial that failed, the worst possible value (0 for an
    /// accuracy, infinity for a loss); null before the first epoch has ended.
    /// </summary>
    public double? Score { get; init; }

    /// <summary>Gets the epoch of the best value; null without one.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>Gets the trial's epochs so far, in order.</summary>
    public required IReadOnlyList<SweepEpoch> Epochs { get; init; }

    /// <summary>Gets why the trial failed, in a sentence; null unless it did.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// Gets the exception with which the trial failed, in full with its stack trace; null for a divergence.
    /// </summary>
    public string? Failure { get; init; }

    /// <summary>Gets the time of training, over all workers that trained it.</summary>
    public TimeSpan TrainingTime { get; init; }

    /// <summary>Gets the worker that trained it last: machine, process and thread.</summary>
    public string? Worker { get; init; }
}

/// <summary>An epoch of a trial; with folds, their mean.</summary>
public sealed class SweepEpoch
{
    /// <summary>Gets the epoch's number, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Gets the sweep's metric on the validation rows; NaN if it could not be computed.</summary>
    public required double Score { get; init; }

    /// <summary>Gets the accuracy on the validation rows, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the mean cross entropy on the validation rows; NaN if it could not be computed.</summary>
    public required double Loss { get; init; }

    /// <summary>Gets when the epoch ended, by the database's clock.</summary>
    public required DateTimeOffset Finished { get; init; }
}

/// <summary>The state of a trial.</summary>
public enum TrialState // the names are stored: they never change
{
    /// <summary>A worker left it unfinished; the next free worker continues it.</summary>
    Waiting,

    /// <summary>A worker trains it.</summary>
    Running,

    /// <summary>It rests, and may be promoted.</summary>
    Paused,

    /// <summary>It was ended by successive halving: others were better after as many epochs.</summary>
    Stopped,

    /// <summary>It was trained to the end.</summary>
    Completed,

    /// <summary>It diverged, or its values could not be trained with; see <see cref="SweepTrial.Reason"/>.</summary>
    Failed,
}
