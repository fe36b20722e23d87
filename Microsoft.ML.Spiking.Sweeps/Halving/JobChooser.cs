using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Halving;

/// <summary>
/// Chooses what a free worker does, as a function of what is stored: a sweep that is started again chooses as it would
/// have.
/// </summary>
internal sealed class JobChooser(SweepRules rules)
{
    /// <summary>Returns the next job.</summary>
    public Job Choose(StudySnapshot snapshot)
    {
        var scores = new Scoreboard(snapshot, rules.Folds, rules.Metric);
        TrialRecord[] search = [.. snapshot.Search];
        return Search(search, scores) ?? Stability(snapshot, search, scores) ?? new Job.End();
    }

    /// <summary>Returns trials that rest and may be stopped, because they will never go on.</summary>
    public IReadOnlyList<TrialRecord> Hopeless(StudySnapshot snapshot)
    {
        TrialRecord[] search = [.. snapshot.Search];
        return [.. new Standing(rules, search, new Scoreboard(snapshot, rules.Folds, rules.Metric)).Hopeless()];
    }

    private Job? Search(TrialRecord[] trials, Scoreboard scores)
    {
        if (trials.FirstOrDefault(IsLeft) is { } left)
        {
            return new Job.Continue(left, left.TargetEpoch);
        }
        var standing = new Standing(rules, trials, scores);
        if (standing.Promotion() is { } promotion && standing.CanAfford(promotion.Trial.Epochs, promotion.TargetEpoch))
        {
            return promotion;
        }
        int next = trials.Length == 0 ? 1 : trials[^1].Number + 1;
        if (!(next > rules.MaximumTrials) && standing.CanAfford(0, rules.Rungs[0]))
        {
            return new Job.Begin(next, rules.Rungs[0]);
        }
        if (trials.Any(trial => trial.State == TrialState.Running))
        {
            return new Job.Wait();
        }
        return trials.Any(trial => trial.State == TrialState.Completed) ? null
            : standing.LastPromotion() is { } last && standing.CanAfford(last.Trial.Epochs, last.TargetEpoch) ? last
            : null;
    }

    private Job? Stability(StudySnapshot snapshot, TrialRecord[] search, Scoreboard scores)
    {
        IEnumerable<TrialRecord> top =
            scores.Ranked(search.Where(trial => trial.State == TrialState.Completed)).Take(rules.StabilityTrials);
        bool areOthersAtWork = false;
        foreach (TrialRecord trial in top)
        {
            for (int repeat = 1; repeat <= rules.StabilitySeeds; repeat++)
            {
                TrialRecord? found =
                    snapshot.Trials.FirstOrDefault(other => other.Number == trial.Number && other.Repeat == repeat);
                if (found is null)
                {
                    return new Job.Repeat(trial, repeat);
                }
                if (IsLeft(found))
                {
                    return new Job.Continue(found, found.TargetEpoch);
                }
                areOthersAtWork |= found.State == TrialState.Running;
            }
        }
        return areOthersAtWork ? new Job.Wait() : null;
    }

    /// <summary>Returns whether a worker has begun a part of the trial and left it, or ended.</summary>
    private static bool IsLeft(TrialRecord trial) =>
        trial.State == TrialState.Waiting || (trial.State == TrialState.Running && !trial.IsHeld);
}
