namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>A trial as the database knows it.</summary>
internal sealed record TrialRecord
{
    /// <summary>The database's own.</summary>
    public required long Id { get; init; }

    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    /// <summary>0 for a trial of the search, from 1 for its repetitions with other seeds.</summary>
    public required int Repeat { get; init; }

    public required int Seed { get; init; }

    /// <summary>The values chosen for it, as JSON.</summary>
    public required string Parameters { get; init; }

    public required TrialState State { get; init; }

    /// <summary>The epoch that it is being, or was last, trained to.</summary>
    public required int TargetEpoch { get; init; }

    /// <summary>The epoch that it has been trained to and rests at; in the middle of a part, where that part began.</summary>
    public required int Epochs { get; init; }

    /// <summary>Why it failed or was left.</summary>
    public string? Reason { get; init; }

    /// <summary>Seconds of training, of all workers that were at it.</summary>
    public required double Seconds { get; init; }

    /// <summary>Who is at it, or was last.</summary>
    public string? Worker { get; init; }

    /// <summary>Whether a worker that shows signs of life is at it.</summary>
    public required bool IsHeld { get; init; }

    /// <summary>How many workers ended, or stopped showing signs of life, while they were at it.</summary>
    public required int LostWorkers { get; init; }
}
