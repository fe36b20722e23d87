namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>A trial of a sweep: some values, and what came of them.</summary>
/// <param name="Number">From 1.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Values">What was chosen for it, by the space's names.</param>
/// <param name="Score">
/// The metric's best value of all its epochs; of a trial that failed the worst there is (0 of an accuracy, infinite of a loss);
/// null before its first epoch has ended.
/// </param>
/// <param name="BestEpoch">The epoch of that value; null where there is none.</param>
/// <param name="Epochs">Its epochs so far, in order.</param>
/// <param name="Reason">Why it failed; else null.</param>
/// <param name="TrainingTime">Of all workers that were at it.</param>
/// <param name="Worker">Who trained it last: machine, process and thread.</param>
public sealed record SweepTrial(
    int Number, TrialState State, IReadOnlyDictionary<string, object> Values, double? Score, int? BestEpoch,
    IReadOnlyList<SweepEpoch> Epochs, string? Reason, TimeSpan TrainingTime, string? Worker);
