using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// Stops trials that will never go on, and disposes what nobody needs: the checkpoints of all trials that have ended but the best.
/// </summary>
internal sealed class TrialClearing(SweepPlan plan, JobChooser chooser)
{
    private readonly HashSet<long> _cleared = [];

    public void Clear(StudySnapshot snapshot)
    {
        long[] hopeless = [.. chooser.Hopeless(snapshot).Select(trial => trial.Id)];
        if (hopeless.Length > 0)
        {
            plan.Store.Stop(hopeless);
        }
        var scores = new Scoreboard(snapshot, plan.Rules.Folds, plan.Rules.Metric);
        long? best = scores.Ranked(snapshot.Trials.Where(trial => trial.Repeat == 0)).FirstOrDefault()?.Id;
        long[] ended =
        [
            .. snapshot.Trials.Where(trial => trial.State is TrialState.Completed or TrialState.Failed or TrialState.Stopped)
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
