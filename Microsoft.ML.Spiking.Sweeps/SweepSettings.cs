namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>Everything that a sweep can be told.</summary>
public sealed class SweepSettings
{
    /// <summary>
    /// The options of every trial's trainer where the sweep does not vary them: the columns, the device and so on, and
    /// <see cref="SpikingClifTrainer.Options.Epochs"/>, how long a trial is trained that goes to the end. Checkpoints of its own
    /// it must not have. The metrics and progress callbacks hear of all trials, its cancellation token stops the sweep. Default:
    /// the trainer's defaults.
    /// </summary>
    public SpikingClifTrainer.Options Trainer { get; set; } = new();

    /// <summary>
    /// What is done to the data before the trainer: fitted on the training rows alone, of each fold where there are folds, run
    /// once, and shared by all trials. The best model begins with it. Null (the default) for nothing.
    /// </summary>
    public IEstimator<ITransformer>? Featurizers { get; set; }

    /// <summary>What is varied, and over what. Default <see cref="SweepSpace.Default"/>.</summary>
    public SweepSpace Space { get; set; } = SweepSpace.Default;

    /// <summary>How the values of a trial are chosen. Default <see cref="SweepSampler.Parzen"/>.</summary>
    public SweepSampler Sampler { get; set; } = SweepSampler.Parzen;

    /// <summary>
    /// Whether the first trial has the values of <see cref="Trainer"/>, where they lie in the space; it is stopped early like any
    /// other. Default <see langword="true"/>.
    /// </summary>
    public bool StartsWithTrainer { get; set; } = true;

    /// <summary>How bad trials are stopped early; null to train all to the end. Default: one of three goes on, judged from epoch 1.</summary>
    public SuccessiveHalving? Halving { get; set; } = new();

    /// <summary>What makes a trial better than another. Default <see cref="SweepMetric.MicroAccuracy"/>.</summary>
    public SweepMetric Metric { get; set; } = SweepMetric.MicroAccuracy;

    /// <summary>
    /// The budget in trials, at least 1. If no budget is given at all, it is 32 trials. The first budget that is used up ends the
    /// sweep; it may be raised when a sweep is started again.
    /// </summary>
    public int? MaximumTrials { get; set; }

    /// <summary>The budget in epochs, of all trials and folds together; enough for one trial that is trained to the end.</summary>
    public long? MaximumEpochs { get; set; }

    /// <summary>
    /// The budget in time, from the call on. It stops trials where they are; what was begun is taken up when the sweep is
    /// started again.
    /// </summary>
    public TimeSpan? MaximumTime { get; set; }

    /// <summary>Where no validation data is given: the part of the rows that is held out, greater than 0, less than 1. Default 0.2.</summary>
    public double ValidationFraction { get; set; } = 0.2;

    /// <summary>
    /// Cross-validation: every trial is trained on so many folds, at least 2, and its score of an epoch is their mean. The best
    /// model is then trained on all rows with the best options, to the last epoch. Null (the default) for validation data or a
    /// fraction.
    /// </summary>
    public int? Folds { get; set; }

    /// <summary>A column whose equal values stay together when rows are held out; null (the default) for none.</summary>
    public string? SamplingKeyColumnName { get; set; }

    /// <summary>
    /// The seed of the split, of the values that are chosen and of the trainings; null (the default) for the trainer's, then the
    /// <see cref="MLContext"/>'s, then 1. All workers of a sweep have the same.
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>Trials that this process trains at the same time, from 1 to 256. Default 1.</summary>
    public int Workers { get; set; } = 1;

    /// <summary>
    /// The CUDA devices of this process's workers, one after the other and again from the first; null (the default) for that of
    /// <see cref="Trainer"/>.
    /// </summary>
    public IReadOnlyList<int>? CudaDevices { get; set; }

    /// <summary>
    /// Where trials live: the same for all workers of a sweep. Null (the default) for a temporary file, which is gone when the
    /// sweep ends.
    /// </summary>
    public SweepStorage? Storage { get; set; }

    /// <summary>The sweep's name, unique in the storage. Default "sweep".</summary>
    public string Name { get; set; } = "sweep";

    /// <summary>
    /// With <see cref="Storage"/>: how often a trial that is being trained is saved at most, at the end of an epoch; where it
    /// rests, it always is. Null for never: a trial that another worker takes up then starts again. Default 30 seconds.
    /// </summary>
    public TimeSpan? CheckpointInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// With <see cref="Storage"/>: a folder that all workers share, for checkpoints too large for a database (a ResNet-18 has 130
    /// to 180 MB); it is created if need be. Null (the default) to keep them in the database.
    /// </summary>
    public string? CheckpointFolder { get; set; }

    /// <summary>How long after a worker's last sign of life another one takes up its trial, at least 1 second. Default 1 minute.</summary>
    public TimeSpan WorkerTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the sweep waits for a database that is away, before it stops. Default 5 minutes.</summary>
    public TimeSpan DatabasePatience { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How many of the best trials that were trained to the end are trained again with other seeds, to see how much of their score
    /// is chance; not part of the budget in trials or epochs. Default 0.
    /// </summary>
    public int StabilityTrials { get; set; }

    /// <summary>With <see cref="StabilityTrials"/>: how many other seeds, at least 2. Default 3.</summary>
    public int StabilitySeeds { get; set; } = 3;

    /// <summary>Hears of every epoch, on a worker's thread, as well as the log.</summary>
    public IProgress<SweepProgress>? Progress { get; set; }

    /// <summary>Stops the sweep between two batches. What it has is its result; what was begun is taken up when it is started again.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Measures <see cref="MaximumTime"/>.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">At least one value is out of its range; the message lists all of them.</exception>
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
