namespace Microsoft.ML.Spiking.Sweeps.Halving;

/// <summary>An epoch of a trial.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Score">The mean of the folds; higher is better.</param>
internal sealed record ScoredEpoch(int Epoch, double Score);
