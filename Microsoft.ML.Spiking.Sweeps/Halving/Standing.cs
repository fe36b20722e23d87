using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Halving;

/// <summary>The position of a search's trials on the rungs.</summary>
internal sealed class Standing
{
    private readonly SweepRules _rules;
    private readonly TrialRecord[] _trials;
    private readonly TrialRecord[][] _reached; // by rung, best first

    public Standing(SweepRules rules, IReadOnlyList<TrialRecord> trials, Scoreboard scores)
    {
        _rules = rules;
        _trials = [.. trials];
        _reached = [.. rules.Rungs.Select(rung => _trials
            .Where(trial => trial.Epochs >= rung || (trial.State == TrialState.Failed && trial.TargetEpoch >= rung))
            .OrderByDescending(trial => scores.Best(trial, rung)?.Score ?? double.NegativeInfinity)
            .ThenBy(trial => trial.Number)
            .ToArray())];
        Left = rules.MaximumEpochs - trials.Sum(trial => (long)scores.Spent(trial))
            - trials.Sum(trial => Committed(trial, scores));
    }

    /// <summary>Gets the epochs of the budget that are neither spent nor being spent; null for no limit.</summary>
    public long? Left { get; }

    /// <summary>Returns the trial that has earned to go on: of those that rest highest, the best.</summary>
    public Job.Continue? Promotion()
    {
        for (int rung = _rules.Rungs.Count - 2; rung >= 0; rung--)
        {
            int places = _reached[rung].Length / _rules.ReductionFactor;
            if (_reached[rung].Take(places).FirstOrDefault(trial => RestsAt(trial, rung)) is { } trial)
            {
                return new(trial, _rules.Rungs[rung + 1]);
            }
        }
        return null;
    }

    /// <summary>
    /// Returns the best of the trials that came farthest, for the end of a search in which none was good enough to be
    /// completed.
    /// </summary>
    public Job.Continue? LastPromotion()
    {
        for (int rung = _rules.Rungs.Count - 2; rung >= 0; rung--)
        {
            if (_reached[rung].FirstOrDefault(trial => RestsAt(trial, rung)) is { } trial)
            {
                return new(trial, _rules.Rungs[rung + 1]);
            }
        }
        return null;
    }

    /// <summary>
    /// Returns whether the budget of epochs allows a part of a trial, and then still to complete one trial.
    /// </summary>
    /// <param name="from">Where the part begins.</param>
    /// <param name="to">Where it ends.</param>
    public bool CanAfford(int from, int to)
    {
        int farthest = _trials.Where(trial => trial.State is not (TrialState.Failed or TrialState.Stopped))
            .Select(trial => trial.TargetEpoch).Append(to).Max();
        long needed = (long)(to - from + _rules.Epochs - farthest) * _rules.Folds;
        return Left is null || needed <= Left;
    }

    /// <summary>
    /// Returns the resting trials that can never continue, because too many others are better.
    /// </summary>
    public IEnumerable<TrialRecord> Hopeless()
    {
        long? most = MostArrivals();
        for (int rung = 0; rung < _rules.Rungs.Count - 1; rung++)
        {
            if (most is null)
            {
                yield break;
            }
            int here = rung;
            int places = (int)Math.Max(1, most.Value / _rules.ReductionFactor);
            foreach (TrialRecord trial in _reached[rung].Skip(places).Where(trial => RestsAt(trial, here)))
            {
                yield return trial;
            }
            most = Math.Max(_reached[rung + 1].Length, places);
        }
    }

    /// <summary>Returns how many trials will reach the first rung at most; null if that is unlimited.</summary>
    private long? MostArrivals()
    {
        long? byEpochs = _trials.Length + (Left / (_rules.Rungs[0] * _rules.Folds));
        long? most = byEpochs < (_rules.MaximumTrials ?? long.MaxValue) ? byEpochs : _rules.MaximumTrials;
        return most is null ? null : Math.Max(most.Value, _trials.Length);
    }

    private long Committed(TrialRecord trial, Scoreboard scores) =>
        trial.State is TrialState.Running or TrialState.Waiting
            ? Math.Max(0, ((long)trial.TargetEpoch * _rules.Folds) - scores.Spent(trial))
            : 0;

    private bool RestsAt(TrialRecord trial, int rung) =>
        trial.State == TrialState.Paused && trial.Epochs == _rules.Rungs[rung];
}
