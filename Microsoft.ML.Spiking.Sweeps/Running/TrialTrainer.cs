using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Sweeps.Space;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Trains trials, session by session.</summary>
/// <param name="plan">The sweep.</param>
/// <param name="device">A CUDA device; null for the one of the trainer's options.</param>
/// <param name="reported">Called after every epoch.</param>
internal sealed class TrialTrainer(SweepPlan plan, int? device, Action<TrialRecord, EpochReport> reported)
{
    /// <summary>Trains a trial that has been claimed.</summary>
    /// <param name="trial">The trial as it was when it was claimed.</param>
    /// <param name="target">The epoch to which to train it.</param>
    /// <param name="claim">The right to do so.</param>
    /// <param name="token">Stops it between two batches.</param>
    /// <exception cref="ClaimLostException">Another worker has taken it up.</exception>
    /// <exception cref="SweepStorageException">The database cannot be reached.</exception>
    /// <exception cref="Exception">
    /// An error that is not one of the trial's values: of a callback, or of the library itself.
    /// </exception>
    public TrialOutcome Train(TrialRecord trial, int target, Claim claim, CancellationToken token)
    {
        long started = plan.Settings.Clock.GetTimestamp();
        var callbacks = new Callbacks();
        try
        {
            bool rests = false;
            for (int fold = 0; fold < plan.Folds.Count; fold++)
            {
                TrainingSessionResult session = Fold(trial, fold, target, claim, callbacks, token);
                if (session.Divergence is { } divergence)
                {
                    return new(TrialState.Failed, trial.Epochs, Seconds(), divergence);
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
        catch (Exception exception) when (exception != callbacks.Fault && IsOfTheValues(exception))
        {
            return new(TrialState.Failed, trial.Epochs, Seconds(), exception.Message, exception.ToString());
        }

        double Seconds() => plan.Settings.Clock.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Returns why the trainer refuses values before it trains; null if it does not.</summary>
    public string? Refusal(SweepPoint point)
    {
        try
        {
            SpikingClifTrainer trainer = Trainer(Options(point, plan.Seed));
            foreach (Data.FoldData fold in plan.Folds)
            {
                trainer.Check(fold.Rows);
            }
            return null;
        }
        catch (Exception exception) when (IsOfTheValues(exception))
        {
            return exception.Message;
        }
    }

    /// <summary>
    /// Returns the network of a trial's best epoch; null if it had to be trained again and that was stopped.
    /// </summary>
    /// <param name="trial">A trial of a sweep with one fold.</param>
    /// <param name="epochs">
    /// How many epochs it has been trained; if its checkpoint is lost, it is trained again.
    /// </param>
    /// <param name="token">Stops that training.</param>
    public SpikingPredictionTransformer? Model(TrialRecord trial, int epochs, CancellationToken token)
    {
        var place = new TrialPlace(trial, 0, plan.Cache, plan.Checkpoints, claim: null, TimeSpan.MaxValue);
        SpikingClifTrainer.Options options = Options(trial.Point, trial.Seed);
        if (!(place.Read()?.State.History.Count >= epochs))
        {
            if (token.IsCancellationRequested)
            {
                return null;
            }
            plan.Info(string.Create(CultureInfo.InvariantCulture,
                $"The best trial, {trial.Number}, left no checkpoint: it is trained again, for {epochs} epochs."));
            (options.CancellationToken, options.KeepBestOnCancellation) = (token, false);
        }
        try
        {
            return Trainer(options).TrainSession(plan.Folds[0].Rows, new(place, epochs)).CreateModel();
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Returns the options of a training with given values.</summary>
    public SpikingClifTrainer.Options Options(SweepPoint point, int seed)
    {
        SpikingClifTrainer.Options options = point.ApplyTo(plan.Settings.Trainer);
        options.Epochs = plan.Rules.Epochs;
        options.Seed = seed;
        options.CudaDeviceIndex = device ?? options.CudaDeviceIndex;
        options.ValidationMetric = plan.Rules.Metric switch
        {
            SweepMetric.MacroAccuracy => ValidationMetric.MacroAccuracy,
            SweepMetric.LogLoss => ValidationMetric.Loss,
            _ => ValidationMetric.Accuracy,
        };
        return options;
    }

    /// <summary>
    /// Returns whether an exception is the fault of a trial's values, which may fit neither the data nor each other nor
    /// the memory, rather than an error of the library or of the machine, which would meet every trial.
    /// </summary>
    private static bool IsOfTheValues(Exception exception) =>
        exception is TrainingDivergedException or NetworkDefinitionException or OutOfMemoryException
            or ExternalException
        || (exception.GetType() is var type
            && (type == typeof(ArgumentException) || type == typeof(ArgumentOutOfRangeException)
                || type == typeof(InvalidOperationException) || type == typeof(NotSupportedException))
            // The runtime's own, such as "Sequence contains no elements", are errors of the code that called it.
            && exception.Source?.StartsWith("System.", StringComparison.Ordinal) != true);

    private TrainingSessionResult Fold(
        TrialRecord trial, int fold, int target, Claim claim, Callbacks callbacks, CancellationToken token)
    {
        SpikingClifTrainer.Options options = Options(trial.Point, trial.Seed);
        options.CancellationToken = token;
        options.KeepBestOnCancellation = false;
        options.MetricsCallback = metrics =>
        {
            EpochReport report = Store(fold, claim, metrics);
            callbacks.Call(report, report => reported(trial, report));
            callbacks.Call(metrics, plan.Settings.Trainer.MetricsCallback);
        };
        options.ProgressCallback = plan.Settings.Trainer.ProgressCallback is { } progressed
            ? progress => callbacks.Call(progress, progressed)
            : null;
        TimeSpan? interval = plan.Settings.CheckpointInterval;
        var place = new TrialPlace(trial, fold, plan.Cache, plan.Checkpoints, claim, interval ?? TimeSpan.MaxValue);
        // Within long epochs too, trials are saved where another worker could go on with them.
        TimeSpan? withinEpochs = plan.Checkpoints is null || interval == TimeSpan.Zero ? null : interval;
        try
        {
            TrainingSessionResult session =
                Trainer(options).TrainSession(plan.Folds[fold].Rows, new(place, target, withinEpochs)
                {
                    Warned = message => plan.Warnings.Add(trial.Number, message),
                });
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

    private EpochReport Store(int fold, Claim claim, EpochMetrics metrics)
    {
        double? value = plan.Rules.Metric switch
        {
            SweepMetric.MacroAccuracy => metrics.ValidationMacroAccuracy,
            SweepMetric.LogLoss => metrics.ValidationLoss,
            _ => metrics.ValidationAccuracy,
        };
        var report = new EpochReport(fold, metrics.Epoch, Finite(value), Finite(metrics.ValidationAccuracy),
            Finite(metrics.ValidationLoss), Finite(metrics.Loss));
        return plan.Store.Report(claim, report) ? report : throw new ClaimLostException();
    }

    private SpikingClifTrainer Trainer(SpikingClifTrainer.Options options) =>
        plan.Context.MulticlassClassification.Trainers.SpikingClif(options);

    private static double? Finite(double? value) => value is double number && double.IsFinite(number) ? number : null;

    /// <summary>The user's callbacks, whose exceptions stop the sweep and reach its caller.</summary>
    private sealed class Callbacks
    {
        public Exception? Fault { get; private set; }

        public void Call<T>(T value, Action<T>? callback)
        {
            try
            {
                callback?.Invoke(value);
            }
            catch (Exception exception)
            {
                Fault = exception;
                throw;
            }
        }
    }
}
