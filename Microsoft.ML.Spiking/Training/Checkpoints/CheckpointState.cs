namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>
/// Everything that a training is in the middle of, but for its arrays. The generator's state is the seed, the epoch and
/// the position: random numbers are a function of those.
/// </summary>
internal sealed record CheckpointState
{
    /// <summary>Which training this is.</summary>
    public required TrainingIdentity Identity { get; init; }

    /// <summary>What all randomness starts from.</summary>
    public required int Seed { get; init; }

    /// <summary>The epoch under way, from 1; one more than there are when the training has ended.</summary>
    public required int Epoch { get; init; }

    /// <summary>Batches of that epoch that are done.</summary>
    public required long Batches { get; init; }

    /// <summary>Seconds of that epoch that have passed.</summary>
    public required double Seconds { get; init; }

    /// <summary>Steps of the optimizer, which are also the schedule's place.</summary>
    public required long Steps { get; init; }

    /// <summary>Batches that have not made a step yet; null where the checkpoint is of a moment between two steps.</summary>
    public PendingGradients? Pending { get; init; }

    /// <summary>What that epoch has added up.</summary>
    public required TallyState Tally { get; init; }

    /// <summary>The epochs that have ended.</summary>
    public required IReadOnlyList<EpochMetrics> History { get; init; }

    /// <summary>The best of them; null before the first has ended.</summary>
    public required BestEpoch? Best { get; init; }

    /// <summary>For the message of a training that diverges later.</summary>
    public required double? LastFiniteLoss { get; init; }
}
