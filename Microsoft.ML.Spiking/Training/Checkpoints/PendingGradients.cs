namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>A group of batches that is not complete yet, beside the gradients themselves.</summary>
/// <param name="Batches">Added so far.</param>
/// <param name="Weight">The sum of their rows' weights.</param>
internal sealed record PendingGradients(int Batches, double Weight);
