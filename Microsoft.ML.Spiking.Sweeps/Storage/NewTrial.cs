namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>A trial that is not stored yet.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Repeat">0 for a trial of the search, from 1 for its repetitions with other seeds.</param>
/// <param name="Seed">Of the training.</param>
/// <param name="Parameters">The values chosen for it, as JSON.</param>
/// <param name="TargetEpoch">The epoch that it is trained to first.</param>
internal sealed record NewTrial(int Number, int Repeat, int Seed, string Parameters, int TargetEpoch);
