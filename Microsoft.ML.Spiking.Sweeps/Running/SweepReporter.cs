using System.Globalization;
using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// Reports the progress of a sweep: an object after every epoch, a line of the log after every part of a trial.
/// </summary>
internal sealed class SweepReporter(SweepPlan plan)
{
    private int _trials;
    private long _spent;
    private TrialRecord? _best;
    private double? _bestScore;
    private readonly Dictionary<int, double?> _last = []; // by fold

    /// <summary>Notes what is known when a worker begins with a trial.</summary>
    public void Begin(StudySnapshot snapshot)
    {
        var scores = new Scoreboard(snapshot, plan.Rules.Folds, plan.Rules.Metric);
        TrialRecord[] search = [.. snapshot.Search];
        _trials = search.Length;
        _spent = search.Sum(trial => (long)scores.Spent(trial));
        _best = scores.Ranked(search).FirstOrDefault();
        _bestScore = _best is null ? null : Signed(scores.Best(_best)!.Score);
        _last.Clear();
    }

    /// <summary>Reports an epoch of a fold.</summary>
    public void EpochFinished(TrialRecord trial, EpochReport report)
    {
        _spent++;
        _last[report.Fold] = report.Value;
        plan.Settings.Progress?.Report(new()
        {
            Trial = trial.Number,
            Epoch = report.Epoch,
            Epochs = trial.TargetEpoch,
            Score = report.Value ?? double.NaN,
            Trials = Math.Max(_trials, trial.Number),
            EpochsSpent = _spent,
            BestScore = _bestScore,
            BestTrial = _best?.Number,
        });
    }

    /// <summary>Reports that a worker has left a trial.</summary>
    public void Left(TrialRecord trial, TrialOutcome outcome)
    {
        string name = trial.Repeat == 0
            ? string.Create(CultureInfo.InvariantCulture, $"Trial {trial.Number}")
            : string.Create(CultureInfo.InvariantCulture, $"Trial {trial.Number}, again with seed {trial.Seed}");
        string best = _best is null ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; best so far {_bestScore:0.0000}, trial {_best.Number}");
        plan.Info(outcome.State switch
        {
            TrialState.Failed => $"{name} failed: {outcome.Reason}",
            TrialState.Waiting => $"{name} was left and can be taken up again.",
            _ => string.Create(CultureInfo.InvariantCulture,
                $"{name}: epoch {outcome.Epochs} of {plan.Rules.Epochs}, " +
                $"{plan.Rules.Metric} {_last.Values.Average():0.0000}{best}; {_spent} epochs spent"),
        });
    }

    private double Signed(double score) => plan.Rules.Metric == SweepMetric.LogLoss ? -score : score;
}
