using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Sampling;
using Microsoft.ML.Spiking.Sweeps.Space;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Chooses the values of new trials: those of the trainer first, then what the sampler says.</summary>
internal sealed class TrialChoice(SweepPlan plan)
{
    /// <summary>The values of the trial of that number.</summary>
    public SweepPoint Choose(int number, StudySnapshot snapshot)
    {
        SweepSettings settings = plan.Settings;
        SweepPoint sampled = plan.Sampler.Sample(number, Observations(snapshot));
        return number == 1 && settings.StartsWithTrainer
            ? SweepPoint.At(settings.Space, settings.Space.PlacesOf(settings.Trainer).Zip(sampled.Places, (own, other) => own ?? other))
            : sampled;
    }

    /// <summary>What the sampler learns from: where each trial rests, and how good it is there.</summary>
    private List<Observation> Observations(StudySnapshot snapshot)
    {
        var scores = new Scoreboard(snapshot, plan.Rules.Folds, plan.Rules.Metric);
        return
        [
            .. snapshot.Trials.Where(trial => trial.Repeat == 0 && (trial.State == TrialState.Failed || trial.Epochs > 0))
                .Select(trial => new Observation(SweepPoint.Read(plan.Settings.Space, trial.Parameters), trial.Epochs,
                    scores.Best(trial, trial.Epochs)?.Score)),
        ];
    }
}
