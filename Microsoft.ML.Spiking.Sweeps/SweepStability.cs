namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// How much the score of a trial's values depends on chance: they were trained again with other seeds. The scores leave out the
/// one that the trial was chosen for, which is too good for that very reason.
/// </summary>
/// <param name="Trial">The trial's number.</param>
/// <param name="Scores">One for each other seed whose training did not fail.</param>
/// <param name="Mean">Of the scores; not a number where there are none.</param>
/// <param name="StandardDeviation">Of the scores; not a number where there are fewer than two.</param>
/// <param name="Failed">How many of the trainings failed.</param>
public sealed record SweepStability(int Trial, IReadOnlyList<double> Scores, double Mean, double StandardDeviation, int Failed);
