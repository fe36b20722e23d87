namespace Microsoft.ML.Spiking;

/// <summary>What a part of a training gave.</summary>
/// <param name="Epochs">How many have finished, those of earlier parts included.</param>
/// <param name="IsResting">Whether epochs are left.</param>
/// <param name="Divergence">Why the training has ended early; null if it did not diverge.</param>
/// <param name="CreateModel">The best so far; before the first epoch has finished, the initial weights.</param>
internal sealed record PartOfTraining(
    int Epochs, bool IsResting, string? Divergence, Func<SpikingPredictionTransformer> CreateModel);
