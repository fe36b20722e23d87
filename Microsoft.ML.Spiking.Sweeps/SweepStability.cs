namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// How much the score of a trial's values depends on chance: the same values trained again with other seeds. The trial's own score is
/// left out, because a score for which a trial was chosen is too good on average.
/// </summary>
public sealed class SweepStability
{
    /// <summary>Gets the trial's number.</summary>
    public required int Trial { get; init; }

    /// <summary>Gets one score for each other seed whose training did not fail.</summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <summary>Gets the mean of the scores; NaN without scores.</summary>
    public required double Mean { get; init; }

    /// <summary>Gets the standard deviation of the scores; NaN for fewer than two.</summary>
    public required double StandardDeviation { get; init; }

    /// <summary>Gets the number of trainings that failed.</summary>
    public required int Failed { get; init; }
}
