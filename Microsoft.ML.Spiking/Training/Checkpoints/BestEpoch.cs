using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>The best epoch so far, without its weights; see <see cref="KeptWeights"/>.</summary>
internal sealed record BestEpoch(int Epoch, double? Accuracy, double? Loss);
