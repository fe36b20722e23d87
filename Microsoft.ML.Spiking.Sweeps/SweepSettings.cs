namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>The settings of a sweep.</summary>
public sealed class SweepSettings
{
    /// <summary>
    /// Gets or sets the options of every trial's trainer, for everything that the sweep does not vary: the columns, the
    /// device and so on, and <see cref="SpikingClifTrainer.Options.Epochs"/>, the length of a trial that is trained to
    /// the end. It must not have a checkpoint folder. Its callbacks are called for all trials; its cancellation token
    /// stops the sweep. Default: the trainer's defaults.
    /// </summary>
    public SpikingClifTrainer.Options Trainer { get; set; } = new();

    /// <summary>
    /// Gets or sets the transforms before the trainer. They are fitted on the training rows only (of each fold, if
    /// there are folds), run once, and shared by all trials; the best model begins with them. Where rows are held out,
    /// they are also fitted on all rows once, to read the labels. Null (the default) for none.
    /// </summary>
    public IEstimator<ITransformer>? Featurizers { get; set; }

    /// <summary>Gets or sets what is varied, and over which values. Default <see cref="SweepSpace.Default"/>.</summary>
    public SweepSpace Space { get; set; } = SweepSpace.Default;

    /// <summary>Gets or sets how the values of a trial are chosen. Default <see cref="SweepSampler.Parzen"/>.</summary>
    public SweepSampler Sampler { get; set; } = SweepSampler.Parzen;

    /// <summary>
    /// Gets or sets whether the first trial has the values of <see cref="Trainer"/>, where they lie in the space; it is
    /// stopped early like any other. Default <see langword="true"/>.
    /// </summary>
    public bool StartsWithTrainer { get; set; } = true;

    /// <summary>
    /// Gets or sets how bad trials are stopped early; null to train all to the end. Default: one of three goes on,
    /// judged from epoch 1.
    /// </summary>
    public SuccessiveHalving? Halving { get; set; } = new();

    /// <summary>
    /// Gets or sets the metric that makes one trial better than another. Default
    /// <see cref="SweepMetric.MicroAccuracy"/>.
    /// </summary>
    public SweepMetric Metric { get; set; } = SweepMetric.MicroAccuracy;

    /// <summary>
    /// Gets or sets the budget of trials, from 1 to 1,000,000. If no budget is given at all, it is 32 trials. The first
    /// budget that is used up ends the sweep, as does a space all of whose values have been tried; a budget may be
    /// raised when a sweep is started again.
    /// </summary>
    public int? MaximumTrials { get; set; }

    /// <summary>
    /// Gets or sets the budget of epochs, over all trials and folds, up to 1,000,000,000; at least enough for one trial
    /// that is trained to the end.
    /// </summary>
    public long? MaximumEpochs { get; set; }

    /// <summary>
    /// Gets or sets the budget of time from the call on, up to 30 days. It stops trials where they are; the sweep goes
    /// on with them when it is started again. After cross-validation, a part of it is kept for the training on all
    /// rows.
    /// </summary>
    public TimeSpan? MaximumTime { get; set; }

    /// <summary>
    /// Gets or sets the fraction of the rows that is held out where no validation data is given, greater than 0 and
    /// less than 1. Each class has its share, and each class occurs among the training rows. Default 0.2.
    /// </summary>
    public double ValidationFraction { get; set; } = 0.2;

    /// <summary>
    /// Gets or sets the number of folds of a cross-validation, from 2 to 1,000: every trial is trained on each of them,
    /// and its score of an epoch is their mean. The best model is then trained on all rows with the best options, to
    /// the last epoch. Excludes EarlyStoppingPatience. Null (the default) for validation data or a fraction.
    /// </summary>
    public int? Folds { get; set; }

    /// <summary>
    /// Gets or sets a column whose equal values stay together when rows are held out; null (the default) for none.
    /// </summary>
    public string? SamplingKeyColumnName { get; set; }

    /// <summary>
    /// Gets or sets the seed of the split, of the chosen values and of the trainings; null (the default) for the
    /// trainer's, then the <see cref="MLContext"/>'s, then 1. All workers of a sweep have the same.
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>Gets or sets how many trials this process trains at the same time, from 1 to 256. Default 1.</summary>
    public int Workers { get; set; } = 1;

    /// <summary>
    /// Gets or sets the CUDA devices of this process's workers, used in turn; null (the default) for that of
    /// <see cref="Trainer"/>.
    /// </summary>
    public IReadOnlyList<int>? CudaDevices { get; set; }

    /// <summary>
    /// Gets or sets where the trials are stored: the same for all workers of a sweep. Null (the default) for a
    /// temporary file, which is deleted when the sweep ends.
    /// </summary>
    public SweepStorage? Storage { get; set; }

    /// <summary>Gets or sets the sweep's name, unique in the storage. Default "sweep".</summary>
    public string Name { get; set; } = "sweep";

    /// <summary>
    /// Gets or sets, with <see cref="Storage"/>, how often a trial that is being trained is saved at most, up to 30
    /// days; it always is where it rests. Null for never: a trial that another worker takes up then begins again.
    /// Default 30 seconds.
    /// </summary>
    public TimeSpan? CheckpointInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets, with <see cref="Storage"/>, a folder that all workers share, for checkpoints too large for a
    /// database (a ResNet-18 has 130 to 180 MB); it is created if need be. Null (the default) to keep them in the
    /// database.
    /// </summary>
    public string? CheckpointFolder { get; set; }

    /// <summary>
    /// Gets or sets how long after a worker's last heartbeat another one takes up its trial, from 1 second to 7 days.
    /// The trial of a process that has ended on the same machine is taken up at once. Default 1 minute.
    /// </summary>
    public TimeSpan WorkerTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets or sets how long the sweep waits for a database that is unavailable before it stops, up to 7 days. Default
    /// 5 minutes.
    /// </summary>
    public TimeSpan DatabasePatience { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Gets or sets how many of the best trials that were trained to the end are trained again with other seeds, up to
    /// 1,000, to see how much of their score is chance; not part of the budget of trials or epochs. Default 0.
    /// </summary>
    public int StabilityTrials { get; set; }

    /// <summary>
    /// Gets or sets, with <see cref="StabilityTrials"/>, the number of other seeds, from 2 to 1,000. Default 3.
    /// </summary>
    public int StabilitySeeds { get; set; } = 3;

    /// <summary>Gets or sets the receiver of the progress, called after every epoch on a worker's thread.</summary>
    public IProgress<SweepProgress>? Progress { get; set; }

    /// <summary>
    /// Gets or sets the token that stops the sweep between two batches. What it has by then is its result; the sweep
    /// goes on when it is started again.
    /// </summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Gets or sets the clock that measures <see cref="MaximumTime"/> and the trials' time.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>
    /// Gets or sets the number of bytes of checkpoints that are kept in memory; more are written to temporary files.
    /// </summary>
    internal long CheckpointMemory { get; set; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">
    /// At least one value is out of its range; the message lists all of them.
    /// </exception>
    public void Validate()
    {
        string[] faults = [.. SweepValidation.Faults(this)];
        if (faults.Length > 0)
        {
            throw new ArgumentException(faults.Length == 1
                ? $"The settings of the sweep have a fault: {faults[0]}"
                : $"The settings of the sweep have {faults.Length} faults: " +
                    string.Join(" ", faults.Select((fault, i) => $"({i + 1}) {fault}")));
        }
    }

    internal SweepSettings Copy()
    {
        var copy = (SweepSettings)MemberwiseClone();
        copy.Trainer = Trainer.Copy();
        copy.CudaDevices = CudaDevices is null ? null : [.. CudaDevices];
        return copy;
    }
}

/// <summary>The metric that a sweep optimizes, measured on validation rows. The names are ML.NET's.</summary>
public enum SweepMetric
{
    /// <summary>The fraction of all rows classified correctly.</summary>
    MicroAccuracy,

    /// <summary>The mean, over the classes, of the fraction of a class's rows classified correctly.</summary>
    MacroAccuracy,

    /// <summary>The mean cross entropy of the scores; lower is better.</summary>
    LogLoss,
}

/// <summary>The way in which a sweep chooses the values of its next trial.</summary>
public enum SweepSampler
{
    /// <summary>Anywhere in the space, without regard to other trials.</summary>
    Random,

    /// <summary>
    /// Where good trials are more frequent than bad ones (Parzen estimators), after ten random trials.
    /// </summary>
    Parzen,
}
