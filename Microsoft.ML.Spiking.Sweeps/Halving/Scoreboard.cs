using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Halving;

/// <summary>The scores of a snapshot's trials; higher is better for every metric.</summary>
internal sealed class Scoreboard
{
    private readonly Dictionary<long, ScoredEpoch[]> _curves;
    private readonly IReadOnlyDictionary<long, IReadOnlyList<EpochReport>> _reports;

    /// <param name="snapshot">The trials.</param>
    /// <param name="folds">Trainings of a trial; an epoch counts once all of them have finished it.</param>
    /// <param name="metric">The metric of the reports' values.</param>
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

    /// <summary>Returns the trial's epochs that all folds have finished.</summary>
    public IReadOnlyList<ScoredEpoch> Curve(TrialRecord trial) => _curves.GetValueOrDefault(trial.Id, []);

    /// <summary>Returns the best of the trial's epochs; null for a trial that failed, or has none yet.</summary>
    /// <param name="trial">A trial of the snapshot.</param>
    /// <param name="epochs">How many of its epochs to consider.</param>
    public ScoredEpoch? Best(TrialRecord trial, int epochs = int.MaxValue) => trial.State == TrialState.Failed
        ? null
        : Curve(trial).Where(epoch => epoch.Epoch <= epochs).MaxBy(epoch => epoch.Score);

    /// <summary>Returns how many epochs have been trained for the trial, over all folds.</summary>
    public int Spent(TrialRecord trial) => _reports.GetValueOrDefault(trial.Id, []).Count;

    /// <summary>Returns the trials that have a score, best first; of equal ones, the earlier first.</summary>
    public IEnumerable<TrialRecord> Ranked(IEnumerable<TrialRecord> trials) => trials
        .Where(trial => Best(trial) is not null)
        .OrderByDescending(trial => Best(trial)!.Score)
        .ThenBy(trial => trial.Number);
}

/// <summary>The score of an epoch of a trial.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Score">The mean of the folds; higher is better.</param>
internal sealed record ScoredEpoch(int Epoch, double Score);
