using Microsoft.ML.Spiking.Sweeps.Running;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>The result of a sweep.</summary>
public sealed class SweepResult
{
    private readonly ITransformer? _model;

    internal SweepResult(SweepTrial best, SpikingClifTrainer.Options options, ITransformer? model)
    {
        BestTrial = best;
        BestOptions = options;
        _model = model;
    }

    /// <summary>Gets the trial with the best score.</summary>
    public SweepTrial BestTrial { get; }

    /// <summary>Gets the options of that trial's trainer.</summary>
    public SpikingClifTrainer.Options BestOptions { get; }

    /// <summary>
    /// Gets the featurizers and the network of the best trial's best epoch; after cross-validation, both trained on all
    /// rows. It is saved and loaded like any other model.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no model; see <see cref="HasBestModel"/>.</exception>
    public ITransformer BestModel => _model ?? throw new InvalidOperationException(
        $"The sweep {(End == SweepEnd.Cancelled ? "was cancelled" : "used up its time")} before its best model was " +
        $"trained; train one with {nameof(BestOptions)}, or start the sweep again.");

    /// <summary>
    /// Gets whether there is a <see cref="BestModel"/>: always, unless the sweep was cancelled or used up its time
    /// before a model could be trained on all rows (after cross-validation) or again (where its checkpoint was lost).
    /// </summary>
    public bool HasBestModel => _model is not null;

    /// <summary>Gets all trials, including those of other processes, by number.</summary>
    public required IReadOnlyList<SweepTrial> Trials { get; init; }

    /// <summary>
    /// Gets how stable the best trials are; empty unless <see cref="SweepSettings.StabilityTrials"/> asks for it.
    /// </summary>
    public required IReadOnlyList<SweepStability> Stability { get; init; }

    /// <summary>Gets the number of epochs that were trained for the trials, over all folds.</summary>
    public required long EpochsSpent { get; init; }

    /// <summary>Gets why the sweep ended.</summary>
    public required SweepEnd End { get; init; }

    /// <summary>Gets the metric of the scores.</summary>
    public required SweepMetric Metric { get; init; }

    /// <summary>Returns a table of all trials, best first, with the reasons of those that failed.</summary>
    public override string ToString() => TrialTable.Write(this);
}

/// <summary>The reason for which a sweep ended.</summary>
public enum SweepEnd
{
    /// <summary>Its budget of trials or epochs is used up, or all values of its space have been tried.</summary>
    Finished,

    /// <summary>Its time is used up; it goes on when it is started again.</summary>
    TimeUsedUp,

    /// <summary>It was cancelled; it goes on when it is started again.</summary>
    Cancelled,
}

/// <summary>
/// The dependence of a trial's score on chance: its values, trained again with other seeds. The trial's own score is
/// left out, because the score by which a trial was chosen is too good on average.
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
