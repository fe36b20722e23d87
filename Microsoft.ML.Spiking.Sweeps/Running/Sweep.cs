using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.Sweeps.Data;
using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Sampling;
using Microsoft.ML.Spiking.Sweeps.Space;
using Microsoft.ML.Spiking.Sweeps.Storage;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>A sweep, from the data to the result.</summary>
internal sealed partial class Sweep
{
    private const int DefaultSeed = 1;
    private const int DefaultTrials = 32;

    private readonly SweepSettings _settings;
    private readonly CatalogHost _host;
    private readonly MLContext _context;
    private readonly int _seed;
    private readonly HashSet<string> _warnings = [];
    private readonly TrialWarnings _trialWarnings;

    private Sweep(SweepSettings settings, CatalogHost host)
    {
        _settings = settings;
        _host = host;
        _seed = settings.Seed ?? settings.Trainer.Seed ?? host.Seed ?? DefaultSeed;
        _trialWarnings = new(Warn);
        // Trainings log to a context of their own, or their lines could not be told apart.
        _context = new(_seed) { GpuDeviceId = host.GpuDeviceId, FallbackToCpu = host.FallbackToCpu };
        _context.Log += (_, entry) =>
        {
            // The final training has the warnings of the trial that it repeats.
            if (entry.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error
                && !_trialWarnings.Has(entry.RawMessage))
            {
                // Numbers aside, each warning once: every trial would repeat it with its own.
                Warn(entry.RawMessage, Numbers().Replace(entry.RawMessage, "0"));
            }
        };
    }

    /// <summary>Runs a sweep.</summary>
    /// <param name="catalog">A catalog of the context.</param>
    /// <param name="data">All rows, or where there is validation data the training rows.</param>
    /// <param name="validation">Null to hold rows out.</param>
    /// <param name="settings">Copied.</param>
    public static SweepResult Run(
        MulticlassClassificationCatalog catalog, IDataView data, IDataView? validation, SweepSettings? settings)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        settings ??= new();
        settings.Validate();
        settings = settings.Copy();
        using var host = new CatalogHost(catalog, nameof(SweepCatalog.SweepSpikingClif));
        using var stop = new SweepStop(host, settings);
        return new Sweep(settings, host).Run(data, validation, stop);
    }

    private SweepResult Run(IDataView data, IDataView? validation, SweepStop stop)
    {
        using var temporary = new TemporaryFolder();
        SqlDialect sql = (_settings.Storage?.Sql ?? new SqliteDialect(Path.Combine(temporary.Path, "sweep.db")))
            .Within(_settings.DatabasePatience);
        try
        {
            ITrialStore store = PatientTrialStore.Open(sql, _settings.DatabasePatience, Warn, stop.Search);
            (SweepPlan plan, ITransformer? featurizers) = Prepare(data, validation, store, sql, temporary, stop);
            plan.Checkpoints?.DeleteAbandoned();
            SweepWorker.RunAll(plan, stop.Search);
            plan.Warnings.Finish();
            plan.Checkpoints?.DeleteAbandoned();
            return new ResultBuilder(plan, stop.End).Build(options => FitOnAll(data, featurizers, options, stop));
        }
        finally
        {
            if (_settings.Storage is null)
            {
                sql.Close();
            }
        }
    }

    private (SweepPlan Plan, ITransformer? Featurizers) Prepare(
        IDataView data, IDataView? validation, ITrialStore store, SqlDialect sql, TemporaryFolder temporary,
        SweepStop stop)
    {
        SpikingClifTrainer.Options template = _settings.Trainer;
        template.Seed = _seed;
        template.CancellationToken = stop.Cancelled;
        if (_settings.Folds is int parts)
        {
            // All folds are in memory at the same time.
            template.MemoryBudget ??= Math.Max(1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / parts);
        }
        if (_settings.Workers > 1)
        {
            template.NumberOfThreads ??= Math.Max(1, Environment.ProcessorCount / _settings.Workers);
        }
        SpikingClifTrainer trainer = _context.MulticlassClassification.Trainers.SpikingClif(template);
        foreach (int device in _settings.CudaDevices ?? [])
        {
            trainer.CheckDevices(device);
        }
        (IReadOnlyList<(IDataView Train, IDataView Validation)> split, ITransformer? featurizers) =
            Split(data, validation);
        FoldData[] folds =
        [
            .. split.Select(fold => FoldData.Create(
                trainer, _settings.Featurizers, fold.Train, fold.Validation, template.LabelColumnName, Warn)),
        ];
        // What the rows decide by themselves is where the sweep starts.
        template = _settings.Trainer = trainer.Completed(folds[0].Rows);
        trainer = _context.MulticlassClassification.Trainers.SpikingClif(template);
        SweepSpace space = trainer.MayHaveFields(folds[0].Rows)
            ? _settings.Space : _settings.Space.WithoutDefault(nameof(SpikingClifSweepOptions.ReceptiveFields));
        _settings.Space = space.For(template, _host.Info);
        CheckRanges(template);
        TrainingIdentity[] trainings = [.. folds.Select(fold => trainer.Identify(fold.Rows))];
        // From here on trials have tokens of their own, and the best options none: they can be used after a cancelled
        // sweep.
        template.CancellationToken = CancellationToken.None;
        int epochs = template.Epochs ?? AutomaticEpochs.For(trainings[0].Training.Rows);
        CheckBudget(epochs, folds.Length);
        StudyRecord study = Open(store, sql, epochs, trainings);
        return (new()
        {
            Settings = _settings,
            Rules = Rules(epochs, folds.Length),
            Sampler = _settings.Sampler == SweepSampler.Random
                ? new RandomSampler(_settings.Space, _seed)
                : new ParzenSampler(_settings.Space, _seed),
            Seed = _seed,
            Folds = folds,
            Store = store,
            Study = study,
            Cache = new(_settings.CheckpointMemory, temporary, Warn),
            Bell = new(),
            Checkpoints = _settings.Storage is null || _settings.CheckpointInterval is null ? null : Checkpoints(store),
            Context = _context,
            Stop = stop,
            Warnings = _trialWarnings,
            Info = _host.Info,
        }, featurizers);
    }

    /// <summary>
    /// Returns the rows of each training of a trial, and the featurizers fitted on all rows, where they are needed.
    /// </summary>
    private (IReadOnlyList<(IDataView Train, IDataView Validation)>, ITransformer?) Split(IDataView data,
        IDataView? validation)
    {
        if (validation is not null)
        {
            return _settings.Folds is null
                ? ([(data, validation)], null)
                : throw new ArgumentException(
                    $"There is validation data, and {nameof(SweepSettings.Folds)} is {_settings.Folds}: " +
                    "pass all rows as one for cross-validation, or set it to null.");
        }
        // Only the labels are read behind them, to give each class its share; each training has its own featurizers.
        ITransformer? featurizers = _settings.Featurizers?.Fit(data);
        return (RowSplit.Split(data, featurizers?.Transform(data) ?? data, _settings, _seed), featurizers);
    }

    /// <summary>Refuses ranges that reach beyond what the trainer accepts, before the first trial.</summary>
    /// <exception cref="ArgumentException">A range does.</exception>
    private void CheckRanges(SpikingClifTrainer.Options template)
    {
        foreach (RangeDimension range in _settings.Space.Dimensions.OfType<RangeDimension>())
        {
            foreach (object end in new[] { range.Ends.Low, range.Ends.High })
            {
                SpikingClifTrainer.Options options = template.Copy();
                range.Apply(options, end);
                try
                {
                    options.Validate();
                }
                catch (ArgumentException exception)
                {
                    throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                        $"{nameof(SweepSettings.Space)}.{range.Name} reaches to {end}, which the trainer refuses: " +
                        $"{exception.Message}"),
                        exception);
                }
            }
        }
    }

    /// <exception cref="SweepStorageException">The storage holds another sweep of that name.</exception>
    private StudyRecord Open(ITrialStore store, SqlDialect sql, int epochs, IReadOnlyList<TrainingIdentity> trainings)
    {
        var definition = new StudyDefinition
        {
            Version = StudyDefinition.CurrentVersion,
            Metric = _settings.Metric,
            Seed = _seed,
            Epochs = epochs,
            Sampler = _settings.Sampler,
            StartsWithTrainer = _settings.StartsWithTrainer,
            Halving = HalvingDefinition.Of(_settings.Halving),
            Space = _settings.Space.Describe(),
            Trainings = trainings,
        };
        StudyRecord study = store.OpenStudy(_settings.Name, definition.Write(), _settings.Space);
        string? difference;
        try
        {
            difference = StudyDefinition.Parse(study.Definition).DifferenceFrom(definition);
        }
        catch (FormatException exception)
        {
            throw new SweepStorageException(
                $"{sql.Description} holds a sweep of the name '{_settings.Name}' that cannot go on: " +
                $"{exception.Message}. Go on with the version that began it, or give this one another name.",
                exception);
        }
        if (difference is not null)
        {
            throw new SweepStorageException(
                $"{sql.Description} holds another sweep of the name '{_settings.Name}': it {difference}. " +
                "Go on with it as it was begun, or give this one another name.");
        }
        int trials = store.Read(study).Trials.Count;
        _host.Info(trials == 0
            ? $"The sweep '{_settings.Name}' begins."
            : string.Create(CultureInfo.InvariantCulture,
                $"The sweep '{_settings.Name}' goes on after {trials} trials."));
        return study;
    }

    private SharedCheckpoints Checkpoints(ITrialStore store)
    {
        if (_settings.CheckpointFolder is not null)
        {
            Directory.CreateDirectory(_settings.CheckpointFolder);
        }
        return new(store, _settings.CheckpointFolder, Warn);
    }

    private SweepRules Rules(int epochs, int folds)
    {
        bool hasBudget =
            (_settings.MaximumTrials, _settings.MaximumEpochs, _settings.MaximumTime) is not (null, null, null);
        return new()
        {
            Rungs = SuccessiveHalving.Rungs(_settings.Halving, epochs),
            ReductionFactor = _settings.Halving?.ReductionFactor ?? 1,
            Folds = folds,
            Metric = _settings.Metric,
            MaximumTrials = hasBudget ? _settings.MaximumTrials : DefaultTrials,
            MaximumEpochs = _settings.MaximumEpochs,
            StabilityTrials = _settings.StabilityTrials,
            StabilitySeeds = _settings.StabilitySeeds,
        };
    }

    private void CheckBudget(int epochs, int folds)
    {
        if (_settings.MaximumEpochs < (long)epochs * folds)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{nameof(SweepSettings.MaximumEpochs)} is {_settings.MaximumEpochs}, but one trial that is trained " +
                $"to the end takes " +
                $"{epochs} epochs{(folds > 1 ? $" on each of {folds} folds" : "")}; raise it, or lower the trainer's " +
                $"{nameof(SpikingClifTrainer.Options.Epochs)}."));
        }
    }

    /// <summary>
    /// Returns the featurizers and a network, trained on all rows; null if it was cancelled, or no epoch ended in time.
    /// When the time is used up later, the network of the epochs so far is kept.
    /// </summary>
    private ITransformer? FitOnAll(IDataView data, ITransformer? featurizers, SpikingClifTrainer.Options options,
        SweepStop stop)
    {
        SpikingClifTrainer.Options stoppable = options.Copy();
        (stoppable.CancellationToken, stoppable.KeepBestOnCancellation) = (stop.Whole, true);
        SpikingClifTrainer trainer = _context.MulticlassClassification.Trainers.SpikingClif(stoppable);
        try
        {
            SpikingPredictionTransformer network = trainer.Fit(featurizers?.Transform(data) ?? data);
            if (stop.Cancelled.IsCancellationRequested)
            {
                network.Dispose();
                return null;
            }
            return featurizers is null ? network
                : new TransformerChain<SpikingPredictionTransformer>(featurizers, network);
        }
        catch (OperationCanceledException) when (stop.Whole.IsCancellationRequested)
        {
            return null;
        }
    }

    private void Warn(string message) => Warn(message, message);

    private void Warn(string message, string kind)
    {
        lock (_warnings)
        {
            if (!_warnings.Add(kind))
            {
                return;
            }
        }
        _host.Warning(message);
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();
}
