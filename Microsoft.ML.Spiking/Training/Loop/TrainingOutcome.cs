using Microsoft.ML.Spiking.Networks;


namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The outcome of a training.</summary>
/// <param name="Weights">The weights of the best epoch with validation data, else of the last.</param>
/// <param name="History">One entry for each finished epoch.</param>
/// <param name="BestEpoch">The epoch of these weights, from 1; 0 for the initial weights.</param>
/// <param name="Cancelled">Whether the training was cancelled and its best weights kept on request.</param>
internal sealed record TrainingOutcome(
    NetworkWeights Weights, IReadOnlyList<EpochMetrics> History, int BestEpoch, bool Cancelled)
{
    /// <summary>Gets whether epochs are left, because only a session of the training was run.</summary>
    public bool IsResting { get; init; }

    /// <summary>Gets the description of a divergence that ended the training early; null if there was none.</summary>
    public string? Divergence { get; init; }
}
