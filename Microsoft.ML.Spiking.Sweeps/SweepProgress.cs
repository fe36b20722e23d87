namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>How far a sweep has come, as this process knows it.</summary>
/// <param name="Trial">The trial that has finished an epoch.</param>
/// <param name="Epoch">Which epoch.</param>
/// <param name="Epochs">The epoch that the trial is being trained to now.</param>
/// <param name="Score">The metric's value, of one fold where there are folds; not a number where it is none.</param>
/// <param name="Trials">Trials that have been begun.</param>
/// <param name="EpochsSpent">Epochs that have been trained, of all trials, processes and folds.</param>
/// <param name="BestScore">The best value of any trial, when the trial was begun or went on; null before there is one.</param>
/// <param name="BestTrial">Whose that is.</param>
public sealed record SweepProgress(
    int Trial, int Epoch, int Epochs, double Score, int Trials, long EpochsSpent, double? BestScore, int? BestTrial);
