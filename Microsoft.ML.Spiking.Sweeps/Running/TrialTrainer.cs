using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Spiking.Sweeps.Space;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Trains trials, session by session, and reports their outcome.</summary>
/// <param name="plan">The sweep.</param>
/// <param name="device">A CUDA device; null for the one that the trainer's options name.</param>
/// <param name="reported">Hears of every epoch.</param>
internal sealed class TrialTrainer(SweepPlan plan, int? device, Action<TrialRecord, EpochReport> reported)
{
    /// <summary>Trains a trial that has been claimed.</summary>
    /// <param name="trial">As it was when it was claimed.</param>
    /// <param name="target">The epoch to train it to.</param>
    /// <param name="claim">The right to do so.</param>
    /// <param name="token">Stops it between two batches.</param>
    /// <exception cref="ClaimLostException">Another worker has taken it up.</exception>
    /// <exception cref="SweepStorageException">The database cannot be reached.</exception>
    public TrialOutcome Train(TrialRecord trial, int target, Claim claim, CancellationToken token)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            bool rests = false;
            for (int fold = 0; fold < plan.Folds.Count; fold++)
            {
                TrainingSessionResult session = Fold(trial, fold, target, claim, token);
                if (session.Divergence is { } divergence)
                {
                    return Failed(divergence);
                }
                rests |= session.IsResting;
            }
            return rests
                ? new(TrialState.Paused, target, Seconds())
                : new(TrialState.Completed, plan.Rules.Epochs, Seconds());
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return new(TrialState.Waiting, trial.Epochs, Seconds());
        }
        catch (Exception exception) when (exception is not (SweepStorageException or ClaimLostException))
        {
            // Some options fit neither the data nor each other, and some do not fit the memory: that is for this trial alone.
            return Failed(exception.Message);
        }

        TrialOutcome Failed(string reason) => new(TrialState.Failed, trial.Epochs, Seconds(), reason);
        double Seconds() => Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>The network of a trial's best epoch.</summary>
    /// <param name="trial">Of a sweep with one fold.</param>
    /// <param name="epochs">How many it has been trained; where its checkpoint is gone, it is trained again.</param>
    public SpikingPredictionTransformer Model(TrialRecord trial, int epochs)
    {
        var place = new TrialPlace(trial, 0, plan.Cache, plan.Checkpoints, claim: null, TimeSpan.MaxValue);
        if (place.Read() is null)
        {
            plan.Info(string.Create(CultureInfo.InvariantCulture,
                $"The best trial, {trial.Number}, was trained elsewhere and left no checkpoint: it is trained again, for {epochs} epochs."));
        }
        return Trainer(Options(trial)).TrainSession(plan.Folds[0].Rows, new(place, epochs)).CreateModel();
    }

    /// <summary>The options of a trial's trainings.</summary>
    public SpikingClifTrainer.Options Options(TrialRecord trial)
    {
        SweepSpace space = plan.Settings.Space;
        SpikingClifTrainer.Options options = space.Apply(plan.Settings.Trainer, SweepPoint.Read(space, trial.Parameters).Values);
        options.Epochs = plan.Rules.Epochs;
        options.Seed = trial.Seed;
        options.CudaDeviceIndex = device ?? options.CudaDeviceIndex;
        options.ValidationMetric = plan.Rules.Metric switch
        {
            SweepMetric.MacroAccuracy => ValidationMetric.MacroAccuracy,
            SweepMetric.LogLoss => ValidationMetric.Loss,
            _ => ValidationMetric.Accuracy,
        };
        return options;
    }

    private TrainingSessionResult Fold(TrialRecord trial, int fold, int target, Claim claim, CancellationToken token)
    {
        SpikingClifTrainer.Options options = Options(trial);
        options.CancellationToken = token;
        options.KeepBestOnCancellation = false;
        options.MetricsCallback = metrics =>
        {
            Report(trial, fold, claim, metrics);
            plan.Settings.Trainer.MetricsCallback?.Invoke(metrics);
        };
        var place = new TrialPlace(trial, fold, plan.Cache, plan.Checkpoints, claim, plan.Settings.CheckpointInterval ?? TimeSpan.MaxValue);
        // Long epochs are saved in between too, where somebody else could go on with them.
        TimeSpan? interval = plan.Checkpoints is null || plan.Settings.CheckpointInterval == TimeSpan.Zero ? null : plan.Settings.CheckpointInterval;
        try
        {
            TrainingSessionResult session = Trainer(options).TrainSession(plan.Folds[fold].Rows, new(place, target, interval));
            Flush(place);
            return session;
        }
        catch (OperationCanceledException)
        {
            Flush(place);
            throw;
        }
    }

    private void Flush(TrialPlace place)
    {
        try
        {
            place.Flush();
        }
        catch (IOException exception)
        {
            plan.Info($"The checkpoint of {place} could not be written: {exception.Message}");
        }
    }

    private void Report(TrialRecord trial, int fold, Claim claim, EpochMetrics metrics)
    {
        double? value = plan.Rules.Metric switch
        {
            SweepMetric.MacroAccuracy => metrics.ValidationMacroAccuracy,
            SweepMetric.LogLoss => metrics.ValidationLoss,
            _ => metrics.ValidationAccuracy,
        };
        var report = new EpochReport(fold, metrics.Epoch, Finite(value), Finite(metrics.ValidationAccuracy),
            Finite(metrics.ValidationLoss), Finite(metrics.Loss));
        if (!plan.Store.Report(claim, report))
        {
            throw new ClaimLostException();
        }
        reported(trial, report);
    }

    private SpikingClifTrainer Trainer(SpikingClifTrainer.Options options) =>
        plan.Context.MulticlassClassification.Trainers.SpikingClif(options);

    private static double? Finite(double? value) => value is double number && double.IsFinite(number) ? number : null;
}
