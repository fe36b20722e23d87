using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// Stops trials that will never go on, and deletes checkpoints that are no longer needed: those of all trials that have
/// ended, except the best one's.
/// </summary>
internal sealed class TrialClearing(SweepPlan plan)
{
    private readonly HashSet<long> _cleared = [];

    public void Clear(StudySnapshot snapshot, JobChooser chooser)
    {
        long[] hopeless = [.. chooser.Hopeless(snapshot).Select(trial => trial.Id)];
        if (hopeless.Length > 0)
        {
            plan.Store.Stop(hopeless);
        }
        var scores = new Scoreboard(snapshot, plan.Rules.Folds, plan.Rules.Metric);
        long? best = scores.Ranked(snapshot.Search).FirstOrDefault()?.Id;
        long[] ended =
        [
            .. snapshot.Trials.Where(trial =>
                trial.State is TrialState.Completed or TrialState.Failed or TrialState.Stopped)
                .Select(trial => trial.Id).Union(hopeless).Where(id => id != best && !_cleared.Contains(id)),
        ];
        if (ended.Length == 0)
        {
            return;
        }
        plan.Checkpoints?.Delete(ended);
        foreach (long id in ended)
        {
            plan.Cache.Drop(id);
            _cleared.Add(id);
        }
    }
}
