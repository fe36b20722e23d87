using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>A trial as the database knows it.</summary>
internal sealed record TrialRecord
{
    /// <summary>Gets the database's own id.</summary>
    public required long Id { get; init; }

    /// <summary>Gets the number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Gets 0 for a trial of the search, or the number of its repetition with another seed, from 1.</summary>
    public required int Repeat { get; init; }

    /// <summary>Gets the seed of the training.</summary>
    public required int Seed { get; init; }

    /// <summary>Gets the values chosen for it.</summary>
    public required SweepPoint Point { get; init; }

    public required TrialState State { get; init; }

    /// <summary>Gets the epoch to which it is being, or was last, trained.</summary>
    public required int TargetEpoch { get; init; }

    /// <summary>
    /// Gets the epoch to which it has been trained and at which it rests; during a part, where that part began.
    /// </summary>
    public required int Epochs { get; init; }

    /// <summary>Gets the reason why it failed; null if it did not.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the exception with which it failed, in full.</summary>
    public string? Failure { get; init; }

    /// <summary>Gets the seconds of training, over all workers that trained it.</summary>
    public required double Seconds { get; init; }

    /// <summary>Gets the worker that trains it, or trained it last.</summary>
    public string? Worker { get; init; }

    /// <summary>Gets whether a living worker trains it.</summary>
    public required bool IsHeld { get; init; }

    /// <summary>
    /// Gets the time since the last heartbeat of the worker that trains it, by the database's clock; null without a
    /// worker.
    /// </summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>Gets whether the process of the worker that trains it is known to have ended.</summary>
    public bool HasWorkerEnded { get; init; }

    /// <summary>Gets the number of workers that ended or went silent while they trained it.</summary>
    public required int LostWorkers { get; init; }
}

/// <summary>A trial that is not stored yet.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Repeat">0 for a trial of the search, from 1 for its repetitions with other seeds.</param>
/// <param name="Seed">The seed of the training.</param>
/// <param name="Point">The values chosen for it.</param>
/// <param name="TargetEpoch">The epoch to which it is trained first.</param>
internal sealed record NewTrial(int Number, int Repeat, int Seed, SweepPoint Point, int TargetEpoch);

/// <summary>The end of a worker's part of a trial.</summary>
/// <param name="State">Any but <see cref="TrialState.Running"/>.</param>
/// <param name="Epochs">The epoch at which it rests.</param>
/// <param name="Seconds">Seconds of training since the trial was claimed.</param>
/// <param name="Reason">Why it failed, in a sentence; otherwise null.</param>
/// <param name="Failure">The exception with which it failed, in full; null without one.</param>
internal sealed record TrialOutcome(
    TrialState State, int Epochs, double Seconds, string? Reason = null, string? Failure = null);

/// <summary>The metrics of a trial after an epoch.</summary>
/// <param name="Fold">From 0.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Value">The sweep's metric on the validation rows; null where it is not a number.</param>
/// <param name="Accuracy">On the validation rows, 0 to 1.</param>
/// <param name="Loss">Mean cross entropy of the validation rows' scores; null where it is not a finite number.</param>
/// <param name="TrainingLoss">Mean over the epoch; null where it is not a finite number.</param>
internal sealed record EpochReport(int Fold, int Epoch, double? Value, double? Accuracy, double? Loss,
    double? TrainingLoss)
{
    /// <summary>Gets the time when it was stored, in seconds of the database's clock.</summary>
    public double ReportedAt { get; init; }
}

/// <summary>A stored checkpoint of a fold. Either the data or the file is null.</summary>
/// <param name="Epoch">The number of epochs that are done.</param>
/// <param name="Data">The checkpoint.</param>
/// <param name="File">The name of its file in the shared folder.</param>
internal sealed record CheckpointRecord(int Epoch, byte[]? Data, string? File);
