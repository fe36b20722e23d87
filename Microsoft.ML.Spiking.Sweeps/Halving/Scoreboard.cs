using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Halving;

/// <summary>How good the trials of a snapshot are, higher being better, whatever the metric.</summary>
internal sealed class Scoreboard
{
    private readonly Dictionary<long, ScoredEpoch[]> _curves;
    private readonly IReadOnlyDictionary<long, IReadOnlyList<EpochReport>> _reports;

    /// <param name="snapshot">The trials.</param>
    /// <param name="folds">Trainings of a trial; an epoch counts when all of them have done it.</param>
    /// <param name="metric">What the reports' values are of.</param>
    public Scoreboard(StudySnapshot snapshot, int folds, SweepMetric metric)
    {
        _reports = snapshot.Reports;
        double sign = metric == SweepMetric.LogLoss ? -1 : 1;
        _curves = snapshot.Reports.ToDictionary(of => of.Key, of => of.Value
            .GroupBy(report => report.Epoch)
            .Where(epoch => epoch.Count() == folds && epoch.All(report => report.Value is not null))
            .Select(epoch => new ScoredEpoch(epoch.Key, epoch.Average(report => sign * report.Value!.Value)))
            .OrderBy(epoch => epoch.Epoch)
            .ToArray());
    }

    /// <summary>The trial's epochs that all folds have done.</summary>
    public IReadOnlyList<ScoredEpoch> Curve(TrialRecord trial) => _curves.GetValueOrDefault(trial.Id, []);

    /// <summary>The best of the trial's epochs; null for a trial that failed, or has none yet.</summary>
    /// <param name="trial">Of the snapshot.</param>
    /// <param name="epochs">How many of them to look at.</param>
    public ScoredEpoch? Best(TrialRecord trial, int epochs = int.MaxValue) => trial.State == TrialState.Failed
        ? null
        : Curve(trial).Where(epoch => epoch.Epoch <= epochs).MaxBy(epoch => epoch.Score);

    /// <summary>Epochs that have been trained for the trial, of all folds.</summary>
    public int Spent(TrialRecord trial) => _reports.GetValueOrDefault(trial.Id, []).Count;

    /// <summary>The trials that have a score, best first; of two alike, the earlier one.</summary>
    public IEnumerable<TrialRecord> Ranked(IEnumerable<TrialRecord> trials) => trials
        .Where(trial => Best(trial) is not null)
        .OrderByDescending(trial => Best(trial)!.Score)
        .ThenBy(trial => trial.Number);
}
