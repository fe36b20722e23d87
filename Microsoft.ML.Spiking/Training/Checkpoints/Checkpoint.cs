using Microsoft.ML.Spiking.Networks;


namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>A training at rest between two steps.</summary>
/// <param name="State">Everything but the arrays.</param>
/// <param name="Arrays">
/// "weights/..." of the network, "optimizer/..." what the optimizer remembers, and "best/..." the best epoch's weights,
/// absent where those are the network's own.
/// </param>
internal sealed record Checkpoint(CheckpointState State, IReadOnlyList<WeightArray> Arrays);
