using Microsoft.ML.Spiking.Sweeps.Running;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>What a sweep has found.</summary>
public sealed class SweepResult
{
    private readonly ITransformer? _model;

    internal SweepResult(SweepTrial best, SpikingClifTrainer.Options options, ITransformer? model)
    {
        BestTrial = best;
        BestOptions = options;
        _model = model;
    }

    /// <summary>The trial with the best score.</summary>
    public SweepTrial BestTrial { get; }

    /// <summary>The options of that trial's trainer.</summary>
    public SpikingClifTrainer.Options BestOptions { get; }

    /// <summary>
    /// The featurizers and the network of the best trial's best epoch; after cross-validation, both trained on all rows. Saved and
    /// loaded like any other.
    /// </summary>
    /// <exception cref="InvalidOperationException">A sweep by cross-validation was cancelled; see <see cref="HasBestModel"/>.</exception>
    public ITransformer BestModel => _model ?? throw new InvalidOperationException(
        $"The sweep was cancelled, so no model was trained on all rows; train one with {nameof(BestOptions)}, or start the sweep again.");

    /// <summary>Whether there is a <see cref="BestModel"/>: always, unless a sweep by cross-validation was cancelled.</summary>
    public bool HasBestModel => _model is not null;

    /// <summary>All trials, those of other processes included, by number.</summary>
    public required IReadOnlyList<SweepTrial> Trials { get; init; }

    /// <summary>How stable the best trials are; empty where nobody asked for it.</summary>
    public required IReadOnlyList<SweepStability> Stability { get; init; }

    /// <summary>Epochs that were trained for the trials, of all folds.</summary>
    public required long EpochsSpent { get; init; }

    /// <summary>Why the sweep ended.</summary>
    public required SweepEnd End { get; init; }

    /// <summary>The metric of the scores.</summary>
    public required SweepMetric Metric { get; init; }

    /// <summary>A table of all trials, best first.</summary>
    public override string ToString() => TrialTable.Write(this);
}
