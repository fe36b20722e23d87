using System.Globalization;
using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Builds a sweep's result from what is stored.</summary>
/// <param name="plan">The sweep.</param>
/// <param name="end">Why it ended.</param>
internal sealed class ResultBuilder(SweepPlan plan, SweepEnd end)
{
    private readonly StudySnapshot _snapshot = plan.Store.Read(plan.Study);

    /// <summary>Returns the result.</summary>
    /// <param name="fitOnAll">
    /// Trains options on all rows, after cross-validation; returns null if that was stopped.
    /// </param>
    /// <exception cref="InvalidOperationException">No trial has a score; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The sweep was cancelled before one had.</exception>
    public SweepResult Build(Func<SpikingClifTrainer.Options, ITransformer?> fitOnAll)
    {
        var scores = new Scoreboard(_snapshot, plan.Rules.Folds, plan.Rules.Metric);
        TrialRecord[] search = [.. _snapshot.Search];
        TrialRecord best = scores.Ranked(search).FirstOrDefault() ?? throw NoneHasAScore(search);
        var trainer = new TrialTrainer(plan, device: null, (_, _) => { });
        SpikingClifTrainer.Options options = trainer.Options(best.Point, best.Seed);
        ITransformer? model =
            plan.Folds.Count > 1 ? (plan.Stop.Cancelled.IsCancellationRequested ? null : fitOnAll(options))
            : trainer.Model(best, scores.Curve(best)[^1].Epoch, plan.Stop.Whole) is { } network
                ? plan.Folds[0].Chain(network)
            : null;
        bool isRetrained = plan.Folds.Count > 1 || model is null;
        SweepTrial[] trials = [.. search.Select(trial => Trial(trial, scores))];
        return new(trials.Single(trial => trial.Number == best.Number), options, model)
        {
            Trials = trials,
            Stability = [.. Stability(scores)],
            EpochsSpent = search.Sum(trial => (long)scores.Spent(trial)),
            End = end == SweepEnd.Finished && isRetrained && plan.Stop.Whole.IsCancellationRequested
                ? plan.Stop.EndOfRetraining : end,
            Metric = plan.Rules.Metric,
        };
    }

    private Exception NoneHasAScore(TrialRecord[] search)
    {
        TrialRecord[] failed = [.. search.Where(trial => trial.State == TrialState.Failed)];
        return end switch
        {
            SweepEnd.Cancelled =>
                new OperationCanceledException("The sweep was cancelled before a trial had finished an epoch."),
            SweepEnd.TimeUsedUp => new InvalidOperationException(
                $"The sweep's time of {plan.Settings.MaximumTime} was used up before a trial had finished an epoch; " +
                $"raise {nameof(SweepSettings.MaximumTime)}."),
            _ => new InvalidOperationException(failed.Length == 0
                ? "The score of every trial is NaN: look at the loss, and lower the learning rates."
                : search.Length == 1 ? $"The only trial failed: {failed[0].Reason}"
                : string.Create(CultureInfo.InvariantCulture,
                    $"All {search.Length} trials failed; the first one: {failed[0].Reason}")),
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
            Values = trial.Point.ByName(),
            Score = score,
            BestEpoch = best?.Epoch,
            Epochs =
            [
                .. reports.GroupBy(report => report.Epoch).Where(epoch => epoch.Count() == plan.Rules.Folds)
                    .Select(Epoch),
            ],
            Reason = trial.Reason,
            Failure = trial.Failure,
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
