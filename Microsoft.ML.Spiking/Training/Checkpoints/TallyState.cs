using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>What the part of an epoch that is done has added up; see <see cref="EpochTally"/>.</summary>
/// <param name="Loss">Sum of weight times loss.</param>
/// <param name="Correct">Rows classified correctly.</param>
/// <param name="Weight">Sum of the weights.</param>
/// <param name="Rows">How many.</param>
/// <param name="Spikes">By layer, in the network's order.</param>
internal sealed record TallyState(double Loss, long Correct, double Weight, long Rows, IReadOnlyList<LayerSpikes> Spikes);
