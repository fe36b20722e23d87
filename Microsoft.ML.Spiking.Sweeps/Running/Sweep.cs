using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Sampling;
using Microsoft.ML.Spiking.Sweeps.Storage;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>A sweep, from the data to the result.</summary>
internal sealed class Sweep
{
    private const int DefaultSeed = 1;
    private const int DefaultTrials = 32;

    private readonly SweepSettings _settings;
    private readonly CatalogHost _host;
    private readonly MLContext _context;
    private readonly int _seed;
    private readonly HashSet<string> _warnings = [];

    private Sweep(SweepSettings settings, CatalogHost host)
    {
        _settings = settings;
        _host = host;
        _seed = settings.Seed ?? settings.Trainer.Seed ?? host.Seed ?? DefaultSeed;
        // Trainings log to a context of their own, or nobody could tell which line is of which trial.
        _context = new(_seed) { GpuDeviceId = host.GpuDeviceId, FallbackToCpu = host.FallbackToCpu };
        _context.Log += (_, entry) =>
        {
            if (entry.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error)
            {
                Warn(entry.RawMessage);
            }
        };
    }

    /// <summary>Runs it.</summary>
    /// <param name="catalog">Whose context it is.</param>
    /// <param name="data">All rows, or where there is validation data the training rows.</param>
    /// <param name="validation">Null to hold rows out.</param>
    /// <param name="settings">Copied.</param>
    public static SweepResult Run(MulticlassClassificationCatalog catalog, IDataView data, IDataView? validation, SweepSettings? settings)
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
        using TemporaryStorage? temporary = _settings.Storage is null ? new() : null;
        SqlDialect sql = _settings.Storage?.Sql ?? temporary!.Sql;
        ITrialStore store = PatientTrialStore.Open(sql, _settings.DatabasePatience, Warn, stop.Token);
        SweepPlan plan = Prepare(data, validation, store, sql, stop.Cancelled);
        Workers.Run(plan, stop.Token);
        return new ResultBuilder(plan, stop.End).Build(options => FitOnAll(data, options, stop.Cancelled));
    }

    private SweepPlan Prepare(IDataView data, IDataView? validation, ITrialStore store, SqlDialect sql, CancellationToken cancelled)
    {
        SpikingClifTrainer.Options template = _settings.Trainer;
        template.Seed = _seed;
        template.CancellationToken = cancelled;
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
        FoldData[] folds =
        [
            .. SweepData.Split(_context, data, validation, _settings, _seed)
                .Select(fold => FoldData.Create(trainer, _settings.Featurizers, fold.Train, fold.Validation, Warn)),
        ];
        TrainingIdentity[] trainings = [.. folds.Select(fold => trainer.Identify(fold.Rows))];
        // From here on trials have tokens of their own, and the best options none: what is left of a sweep that was cancelled can be used.
        template.CancellationToken = CancellationToken.None;
        int epochs = template.Epochs ?? AutomaticEpochs.For(trainings[0].Training.Rows);
        CheckBudget(epochs, folds.Length);
        StudyRecord study = Open(store, sql, epochs, trainings);
        return new()
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
            Cache = new(),
            Bell = new(),
            Checkpoints = _settings.Storage is null || _settings.CheckpointInterval is null ? null : Checkpoints(store),
            Context = _context,
            Info = _host.Info,
        };
    }

    /// <exception cref="SweepStorageException">The storage holds another sweep of that name.</exception>
    private StudyRecord Open(ITrialStore store, SqlDialect sql, int epochs, IReadOnlyList<TrainingIdentity> trainings)
    {
        var definition = new StudyDefinition
        {
            Metric = _settings.Metric,
            Seed = _seed,
            Epochs = epochs,
            Sampler = _settings.Sampler,
            StartsWithTrainer = _settings.StartsWithTrainer,
            Halving = HalvingDefinition.Of(_settings.Halving),
            Space = _settings.Space.Describe(),
            Trainings = trainings,
        };
        StudyRecord study = store.OpenStudy(_settings.Name, definition.Write());
        if (StudyDefinition.Read(study.Definition).DifferenceFrom(definition) is string difference)
        {
            throw new SweepStorageException($"{sql.Description} holds another sweep of the name '{_settings.Name}': it {difference}. " +
                "Go on with it as it was begun, or give this one another name.");
        }
        int there = store.Read(study).Trials.Count;
        _host.Info(there == 0
            ? $"The sweep '{_settings.Name}' begins."
            : string.Create(CultureInfo.InvariantCulture, $"The sweep '{_settings.Name}' goes on: {there} trials are there."));
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
        bool hasBudget = _settings.MaximumTrials is not null || _settings.MaximumEpochs is not null || _settings.MaximumTime is not null;
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
                $"{nameof(SweepSettings.MaximumEpochs)} is {_settings.MaximumEpochs}, but one trial that is trained to the end takes {epochs} epochs" +
                $"{(folds > 1 ? $" on each of {folds} folds" : "")}; raise it, or lower the trainer's {nameof(SpikingClifTrainer.Options.Epochs)}."));
        }
    }

    /// <summary>The featurizers and a network, trained on all rows; null if it was cancelled.</summary>
    private ITransformer? FitOnAll(IDataView data, SpikingClifTrainer.Options options, CancellationToken cancelled)
    {
        SpikingClifTrainer.Options cancellable = options.Copy();
        (cancellable.CancellationToken, cancellable.KeepBestOnCancellation) = (cancelled, false);
        SpikingClifTrainer trainer = _context.MulticlassClassification.Trainers.SpikingClif(cancellable);
        try
        {
            if (_settings.Featurizers is null)
            {
                return trainer.Fit(data);
            }
            ITransformer featurizers = _settings.Featurizers.Fit(data);
            return new TransformerChain<SpikingPredictionTransformer>(featurizers, trainer.Fit(featurizers.Transform(data)));
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Each warning once: every trial would say the same.</summary>
    private void Warn(string message)
    {
        lock (_warnings)
        {
            if (!_warnings.Add(message))
            {
                return;
            }
        }
        _host.Warning(message);
    }
}
