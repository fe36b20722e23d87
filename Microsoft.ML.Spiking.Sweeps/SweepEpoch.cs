namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>An epoch of a trial; with folds, the mean of them.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Score">The sweep's metric on the validation rows; not a number where it is none.</param>
/// <param name="Accuracy">On the validation rows, 0 to 1.</param>
/// <param name="Loss">Mean cross entropy on the validation rows; not a number where it is none.</param>
/// <param name="Finished">When, by the database's clock.</param>
public sealed record SweepEpoch(int Epoch, double Score, double Accuracy, double Loss, DateTimeOffset Finished);
