using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The options of a <see cref="SpikingStream"/>.</summary>
public sealed class SpikingStreamOptions
{
    /// <summary>
    /// Gets or sets when the stream decides for a class. Default: <see cref="StreamDecision.AtEnd"/>.
    /// </summary>
    public StreamDecision Decision { get; init; } = StreamDecision.AtEnd;

    /// <summary>
    /// Gets or sets the step at which the stream decides at the latest, at least 1. Null, the default, for the time
    /// steps of the rows that the model was trained on.
    /// </summary>
    public int? MaximumSteps { get; init; }

    /// <summary>
    /// Gets or sets whether the step after a decision is the first of another row. Default: true. Without it the
    /// stream decides once and goes on giving scores, of all steps since the last reset, until it is reset.
    /// </summary>
    public bool ResetAfterDecision { get; init; } = true;

    /// <summary>
    /// Gets or sets the longest time between two steps of one row; after a longer one the stream is reset. Greater than
    /// zero. Null, the default, for any.
    /// </summary>
    public TimeSpan? MaximumGap { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Check()
    {
        if (Decision is null)
        {
            throw new ArgumentException($"{nameof(Decision)} is null; choose a rule of {nameof(StreamDecision)}.");
        }
        if (MaximumSteps < 1)
        {
            throw new ArgumentException(Invariant($"{nameof(MaximumSteps)} is {MaximumSteps}; it must be at least 1."));
        }
        if (MaximumGap <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                Invariant($"{nameof(MaximumGap)} is {MaximumGap}; it must be greater than zero."));
        }
    }
}

/// <summary>
/// The rule by which a stream decides for the class with the highest score. At the last step it decides in any case.
/// </summary>
public sealed class StreamDecision
{
    private readonly float _probability;
    private readonly int _unchanged;
    private readonly int _minimumSteps;

    private StreamDecision(float probability, int unchanged, int minimumSteps)
    {
        _probability = probability;
        _unchanged = unchanged;
        _minimumSteps = minimumSteps;
    }

    /// <summary>Gets the rule that decides at the last step.</summary>
    public static StreamDecision AtEnd { get; } = new(0, 0, int.MaxValue);

    /// <summary>Decides when a class has at least that probability.</summary>
    /// <param name="probability">Greater than 0, at most 1.</param>
    /// <param name="minimumSteps">Steps before which nothing is decided; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static StreamDecision Confidence(float probability, int minimumSteps = 1)
    {
        if (!(probability > 0 && probability <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability),
                Invariant($"The probability is {probability}; it must be greater than 0 and at most 1."));
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumSteps, 1);
        return new(probability, 0, minimumSteps);
    }

    /// <summary>Decides when the same class has led for a number of steps in a row.</summary>
    /// <param name="steps">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public static StreamDecision Patience(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return new(0, steps, 1);
    }

    internal bool IsMet(int step, float probability, int unchanged) =>
        step >= _minimumSteps && probability >= _probability && unchanged >= _unchanged;
}

/// <summary>The result of one step of a stream.</summary>
public readonly record struct StreamStep
{
    /// <summary>Gets the number of steps since the last reset, including this one.</summary>
    public int Step { get; init; }

    /// <summary>Gets the class with the highest score, from 0, in the order of the scores.</summary>
    public int Class { get; init; }

    /// <summary>Gets the score of that class, 0 to 1.</summary>
    public float Probability { get; init; }

    /// <summary>Gets whether the stream decided for the class at this step.</summary>
    public bool IsDecision { get; init; }

    /// <summary>Gets why the stream was reset before this step.</summary>
    public StreamReset Reset { get; init; }
}

/// <summary>The reason of a reset of a stream.</summary>
public enum StreamReset
{
    /// <summary>There was no reset.</summary>
    None,

    /// <summary><see cref="SpikingStream.Reset()"/> was called.</summary>
    Requested,

    /// <summary>The row before was decided.</summary>
    Decision,

    /// <summary>The time since the step before is longer than <see cref="SpikingStreamOptions.MaximumGap"/>.</summary>
    Gap,

    /// <summary>The step's time is before that of the step before.</summary>
    TimeWentBack,
}
