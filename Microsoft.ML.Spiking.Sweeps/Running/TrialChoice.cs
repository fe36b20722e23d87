using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Sampling;
using Microsoft.ML.Spiking.Sweeps.Space;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// Chooses the values of new trials, as a function of what is stored: first those of the trainer, then the sampler's.
/// No values are chosen twice, and none that are refused for a reason for which an earlier trial was refused.
/// </summary>
/// <param name="plan">The sweep.</param>
/// <param name="trainer">Tells whether values can be trained with.</param>
internal sealed class TrialChoice(SweepPlan plan, TrialTrainer trainer)
{
    private const int Attempts = 64;
    private const int RandomAttempts = 256;

    private readonly SweepSpace _space = plan.Settings.Space;

    /// <summary>Returns the values of the trial of a number; null if no new ones are left.</summary>
    public SweepPoint? Choose(int number, StudySnapshot snapshot)
    {
        HashSet<SweepPoint> taken = [.. snapshot.Search.Select(trial => trial.Point)];
        HashSet<string> refusals =
            [.. snapshot.Search.Where(trial => trial.State == TrialState.Failed).Select(trial => trial.Reason)
                .OfType<string>()];
        return Candidates(number, Observations(snapshot)).FirstOrDefault(point => !taken.Contains(point)
            && !(refusals.Count > 0 && trainer.Refusal(point) is string reason && refusals.Contains(reason)));
    }

    private IEnumerable<SweepPoint> Candidates(int number, List<Observation> observations)
    {
        if (number == 1 && plan.Settings.StartsWithTrainer)
        {
            SweepPoint sampled = plan.Sampler.Sample(number, observations);
            yield return new(_space, _space.ValuesOf(plan.Settings.Trainer)
                .Zip(sampled.Values, (own, other) => own ?? other));
        }
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            yield return plan.Sampler.Sample(number, observations, attempt);
        }
        var random = new RandomSampler(_space, plan.Seed);
        for (int attempt = Attempts; attempt < Attempts + RandomAttempts; attempt++)
        {
            yield return random.Sample(number, observations, attempt);
        }
        foreach (SweepPoint point in _space.Points() ?? [])
        {
            yield return point;
        }
    }

    /// <summary>Returns what the sampler learns from: where each trial rests, and how good it is there.</summary>
    private List<Observation> Observations(StudySnapshot snapshot)
    {
        var scores = new Scoreboard(snapshot, plan.Rules.Folds, plan.Rules.Metric);
        return
        [
            .. snapshot.Search.Where(trial => trial.State == TrialState.Failed || trial.Epochs > 0).Select(trial =>
                new Observation(trial.Point, trial.Epochs, scores.Best(trial, trial.Epochs)?.Score)),
        ];
    }
}
