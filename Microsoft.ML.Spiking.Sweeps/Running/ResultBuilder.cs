using System.Globalization;
using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Space;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Makes a sweep's result of what is stored.</summary>
/// <param name="plan">The sweep.</param>
/// <param name="end">Why it ended.</param>
internal sealed class ResultBuilder(SweepPlan plan, SweepEnd end)
{
    private readonly StudySnapshot _snapshot = plan.Store.Read(plan.Study);

    /// <summary>The result.</summary>
    /// <param name="fitOnAll">Trains options on all rows, after cross-validation; null if that was cancelled.</param>
    /// <exception cref="InvalidOperationException">No trial has a score; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The sweep was cancelled before one had.</exception>
    public SweepResult Build(Func<SpikingClifTrainer.Options, ITransformer?> fitOnAll)
    {
        var scores = new Scoreboard(_snapshot, plan.Rules.Folds, plan.Rules.Metric);
        TrialRecord[] search = [.. _snapshot.Trials.Where(trial => trial.Repeat == 0)];
        TrialRecord best = scores.Ranked(search).FirstOrDefault() ?? throw NoneHasAScore(search);
        var trainer = new TrialTrainer(plan, device: null, (_, _) => { });
        SpikingClifTrainer.Options options = trainer.Options(best);
        ITransformer? model = plan.Folds.Count == 1
            ? plan.Folds[0].Chain(trainer.Model(best, scores.Curve(best)[^1].Epoch))
            : end == SweepEnd.Cancelled ? null : fitOnAll(options);
        SweepTrial[] trials = [.. search.Select(trial => Trial(trial, scores))];
        return new(trials.Single(trial => trial.Number == best.Number), options, model)
        {
            Trials = trials,
            Stability = [.. Stability(scores)],
            EpochsSpent = search.Sum(trial => (long)scores.Spent(trial)),
            End = model is null ? SweepEnd.Cancelled : end,
            Metric = plan.Rules.Metric,
        };
    }

    private Exception NoneHasAScore(TrialRecord[] search)
    {
        TrialRecord[] failed = [.. search.Where(trial => trial.State == TrialState.Failed)];
        return end switch
        {
            SweepEnd.Cancelled => new OperationCanceledException("The sweep was cancelled before a trial had finished an epoch."),
            SweepEnd.TimeUsedUp => new InvalidOperationException(
                $"The sweep's time of {plan.Settings.MaximumTime} was used up before a trial had finished an epoch; give it more."),
            _ => new InvalidOperationException(failed.Length == 0
                ? "No trial's score is a number: look at the loss, and lower the learning rates."
                : string.Create(CultureInfo.InvariantCulture, $"All {search.Length} trials failed; the first one: {failed[0].Reason}")),
        };
    }

    private SweepTrial Trial(TrialRecord trial, Scoreboard scores)
    {
        ScoredEpoch? best = scores.Best(trial);
        double worst = plan.Rules.Metric == SweepMetric.LogLoss ? double.PositiveInfinity : 0;
        double? score = trial.State == TrialState.Failed ? worst : best is null ? null : Signed(best.Score);
        IReadOnlyList<EpochReport> reports = _snapshot.Reports.GetValueOrDefault(trial.Id, []);
        return new()
        {
            Number = trial.Number,
            State = trial.State,
            Values = SweepPoint.Read(plan.Settings.Space, trial.Parameters).Values,
            Score = score,
            BestEpoch = best?.Epoch,
            Epochs = [.. reports.GroupBy(report => report.Epoch).Where(epoch => epoch.Count() == plan.Rules.Folds).Select(Epoch)],
            Reason = trial.Reason,
            TrainingTime = TimeSpan.FromSeconds(trial.Seconds),
            Worker = trial.Worker,
        };
    }

    private static SweepEpoch Epoch(IGrouping<int, EpochReport> folds) => new()
    {
        Epoch = folds.Key,
        Score = folds.Average(report => report.Value ?? double.NaN),
        Accuracy = folds.Average(report => report.Accuracy ?? double.NaN),
        Loss = folds.Average(report => report.Loss ?? double.NaN),
        Finished = DateTimeOffset.FromUnixTimeMilliseconds((long)(1_000 * folds.Max(report => report.ReportedAt))),
    };

    private IEnumerable<SweepStability> Stability(Scoreboard scores) =>
        from trial in _snapshot.Trials
        where trial.Repeat > 0
        group trial by trial.Number into repeats
        let failed = repeats.Count(trial => trial.State == TrialState.Failed)
        let values = repeats.Where(trial => trial.State == TrialState.Completed && scores.Best(trial) is not null)
            .Select(trial => Signed(scores.Best(trial)!.Score)).ToArray()
        select new SweepStability
        {
            Trial = repeats.Key,
            Scores = values,
            Mean = values.Length == 0 ? double.NaN : values.Average(),
            StandardDeviation = StandardDeviation(values),
            Failed = failed,
        };

    private static double StandardDeviation(double[] values) => values.Length < 2
        ? double.NaN
        : Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Length - 1));

    private double Signed(double score) => plan.Rules.Metric == SweepMetric.LogLoss ? -score : score;
}
