namespace Microsoft.ML.Spiking;

/// <summary>What a part of a training gave.</summary>
/// <param name="Model">The best so far; null where no epoch has finished.</param>
/// <param name="Epochs">How many have finished, those of earlier parts included.</param>
/// <param name="IsResting">Whether epochs are left.</param>
/// <param name="Divergence">Why the training has ended early; null if it did not diverge.</param>
internal sealed record PartOfTraining(SpikingPredictionTransformer? Model, int Epochs, bool IsResting, string? Divergence);
