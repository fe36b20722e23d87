using Microsoft.ML.Spiking.Networks;


namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>What a training ends with.</summary>
/// <param name="Weights">Of the best epoch with validation data, else of the last.</param>
/// <param name="History">One entry for each finished epoch.</param>
/// <param name="BestEpoch">The epoch whose weights these are, from 1; 0 for the initial weights.</param>
/// <param name="Cancelled">Whether it was cut short by the token, with the best weights kept on request.</param>
internal sealed record TrainingOutcome(
    NetworkWeights Weights, IReadOnlyList<EpochMetrics> History, int BestEpoch, bool Cancelled)
{
    /// <summary>Whether epochs are left, because only a part of the training was asked for.</summary>
    public bool IsResting { get; init; }

    /// <summary>Why the training ended early with the weights of a better epoch; null if it did not diverge.</summary>
    public string? Divergence { get; init; }
}
