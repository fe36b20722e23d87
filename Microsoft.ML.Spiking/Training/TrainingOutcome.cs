using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Training;

/// <summary>What a training ends with.</summary>
/// <param name="Weights">Of the best epoch with validation data, else of the last.</param>
/// <param name="History">One entry for each finished epoch.</param>
/// <param name="BestEpoch">The epoch whose weights these are, from 1; 0 for the initial weights.</param>
/// <param name="Cancelled">Whether it was cut short by the token, with the best weights kept on request.</param>
internal sealed record TrainingOutcome(
    NetworkWeights Weights, IReadOnlyList<EpochMetrics> History, int BestEpoch, bool Cancelled);
