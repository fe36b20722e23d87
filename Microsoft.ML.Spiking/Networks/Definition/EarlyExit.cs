using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The rule by which the scoring of a row ends before its last time step: as soon as the row is decided. It is decided
/// at a step when a class has at least <see cref="Confidence"/> in the softmax of the mean logits of the steps so far.
/// The row's scores are then those of these steps.
/// </summary>
/// <remarks>
/// A row that is not decided before the last step has the scores of all steps: of rows that bring their time steps to
/// the last bit, of others to rounding, because steps are then summed one by one. With an infinite
/// <see cref="Confidence"/> no row is decided early, and all scores are to the last bit those without this rule.
/// </remarks>
/// <seealso cref="SpikingModelParameters.ChangeEarlyExit"/>
public sealed record EarlyExit
{
    /// <summary>
    /// Gets the probability at which a row is decided: greater than 0; infinite, or any number above 1, for rows that
    /// are never decided early. Default 0.95.
    /// </summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Gets the steps before which no row is decided, at least 1. Default 1.</summary>
    public int MinimumSteps { get; init; } = 1;

    /// <summary>Gets whether a row may be decided before the last step.</summary>
    internal bool MayDecide => (float)Confidence <= 1;

    /// <summary>Returns what is wrong with the rule, in a sentence; null if nothing is.</summary>
    internal string? Fault() =>
        !((float)Confidence > 0)
            ? Invariant($"{nameof(EarlyExit)}.{nameof(Confidence)} is {Confidence}; it must be greater than 0.")
        : MinimumSteps < 1
            ? Invariant($"{nameof(EarlyExit)}.{nameof(MinimumSteps)} is {MinimumSteps}; it must be at least 1.")
        : null;

    /// <summary>Returns whether a row is decided.</summary>
    /// <param name="step">The number of steps so far.</param>
    /// <param name="scores">The softmax of their mean logits.</param>
    internal bool Decides(int step, ReadOnlySpan<float> scores)
    {
        if (step < MinimumSteps)
        {
            return false;
        }
        float largest = 0;
        foreach (float score in scores)
        {
            largest = Math.Max(largest, score);
        }
        return largest >= (float)Confidence;
    }
}
