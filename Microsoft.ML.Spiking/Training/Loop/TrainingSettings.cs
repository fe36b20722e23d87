using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Methods;
using Microsoft.ML.Spiking.Training.Tables;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// The settings of a training besides the network and the rows; validated by the caller. Every setting is required, so
/// that a forgotten one does not compile.
/// </summary>
internal sealed record TrainingSettings
{
    /// <summary>
    /// Gets the number of passes over the training rows; null for a number that suits the number of rows.
    /// </summary>
    public required int? Epochs { get; init; }
    public required int BatchSize { get; init; }
    public required double LearningRate { get; init; }
    public required OptimizerKind Optimizer { get; init; }
    public required double Momentum { get; init; }
    public required double WeightDecay { get; init; }
    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>Gets the epochs (fractions allowed) over which the learning rate rises linearly from 0.</summary>
    public required double WarmupEpochs { get; init; }

    public required ClassWeighting ClassWeighting { get; init; }

    /// <summary>Gets a weight for each class with <see cref="ClassWeighting.Given"/>, else null.</summary>
    public required IReadOnlyList<float>? ClassWeights { get; init; }

    public required double LabelSmoothing { get; init; }
    public required double LossLambda { get; init; }
    public required LossTarget LossTarget { get; init; }

    /// <summary>
    /// Gets the factor of the penalty of spikes; null for none, so that older checkpoints remain what they were.
    /// </summary>
    public required double? SpikePenalty { get; init; }

    /// <summary>Gets the model that is learned from besides the labels; null for none.</summary>
    public required TeacherSettings? Teacher { get; init; }

    /// <summary>Gets what tells the teacher and its choices from others; null for none.</summary>
    public string? TeacherIdentity => Teacher?.Identity();

    /// <summary>
    /// Gets whether the loss is that of the mean logits instead of each step's; null for no, as it is in the
    /// checkpoints of versions without this setting.
    /// </summary>
    public required bool? LossOfMean { get; init; }

    /// <summary>Gets the arrays that are not changed; null for none.</summary>
    public required IReadOnlyList<string>? FrozenArrays { get; init; }

    /// <summary>Gets the maximum norm of the gradient of all parameters together; null for no clipping.</summary>
    public required double? GradientClipping { get; init; }

    /// <summary>Gets the time steps back that the gradient of a spike goes in its layer; null for all.</summary>
    public required int? GradientHorizon { get; init; }

    /// <summary>
    /// Gets whether weights that are 0 in the initial weights, which must be there, stay 0; null for no, as it is in
    /// the checkpoints of versions without this setting.
    /// </summary>
    public required bool? KeepsZeroWeights { get; init; }

    /// <summary>Gets the number of batches whose gradients make one step of the optimizer.</summary>
    public required int GradientAccumulation { get; init; }

    /// <summary>
    /// Gets the number of epochs in a row that may pass without a better one; null for no limit. Needs validation rows.
    /// </summary>
    public required int? EarlyStoppingPatience { get; init; }

    /// <summary>Gets the measure by which epochs are compared where there are validation rows.</summary>
    public required ValidationMetric ValidationMetric { get; init; }

    public required int Seed { get; init; }

    /// <summary>Gets whether the user chose the seed; else a resumed training takes that of its checkpoint.</summary>
    public required bool IsSeedGiven { get; init; }

    public required ComputeDevice Device { get; init; }

    /// <summary>Gets the index of the CUDA device, from 0; null for the first, where there is one.</summary>
    public required int? CudaDeviceIndex { get; init; }

    /// <summary>
    /// Gets the CUDA devices that share each step's rows, in the order of their gradients; null for one.
    /// </summary>
    public required IReadOnlyList<int>? CudaDevices { get; init; }

    /// <summary>Gets the number of copies of the network on the CPU: in tests they stand for devices, else 1.</summary>
    public required int CpuReplicas { get; init; }

    /// <summary>Gets the processes that share each step's rows; null for this one alone.</summary>
    public required RankGroup? Ranks { get; init; }

    /// <summary>
    /// Gets whether batch normalizations take their statistics over all ranks; null for no, so that older checkpoints
    /// remain what they were.
    /// </summary>
    public required bool? SynchronizesBatchNorm { get; init; }

    /// <summary>Gets the number of devices that share each step's rows; null for one.</summary>
    public int? Replicas => ReplicaCount > 1 ? ReplicaCount : null;

    /// <summary>Gets the number of devices that share each step's rows.</summary>
    public int ReplicaCount => Ranks?.Count ?? LocalReplicas;

    /// <summary>Gets the number of devices in this process.</summary>
    public int LocalReplicas => CudaDevices?.Count ?? CpuReplicas;

    /// <summary>Gets the rows of a batch of one device.</summary>
    public int RowsPerReplica => (BatchSize + ReplicaCount - 1) / ReplicaCount;

    /// <summary>
    /// Gets whether <see cref="ComputeDevice.Auto"/> may take the CPU where that CUDA device is not there.
    /// </summary>
    public required bool FallsBackToCpu { get; init; }

    /// <summary>
    /// Gets the number of threads of torch and of the fused kernels; null for as many as the work occupies; see
    /// <see cref="Native.TorchThreads"/>.
    /// </summary>
    public required int? Threads { get; init; }

    /// <summary>Gets the maximum bytes of rows in memory; larger sets are read again every epoch.</summary>
    public required long MemoryBudget { get; init; }

    /// <summary>
    /// Gets whether native memory is reused from batch to batch; see <see cref="Native.NativeMemory"/>.
    /// </summary>
    public required bool ReuseNativeMemory { get; init; }

    /// <summary>
    /// Gets whether the backward pass computes values inside the network a second time instead of keeping them.
    /// </summary>
    public required bool ActivationCheckpointing { get; init; }

    /// <summary>Gets whether a cancelled training returns the best weights so far instead of throwing.</summary>
    public required bool KeepBestOnCancellation { get; init; }

    /// <summary>
    /// Gets the folder of the checkpoint that the training is resumed from and writes; null for none.
    /// </summary>
    public required string? CheckpointFolder { get; init; }

    /// <summary>
    /// Gets whether trainings on other rows, such as the folds of a cross-validation, keep their checkpoints in that
    /// folder, too.
    /// </summary>
    public required bool SharesCheckpointFolder { get; init; }

    /// <summary>
    /// Gets the maximum number of batches between two checkpoints; null to write them only after epochs.
    /// </summary>
    public required int? CheckpointEveryBatches { get; init; }

    /// <summary>Gets the maximum minutes between two checkpoints, checked after each step; null for no limit.</summary>
    public required double? CheckpointEveryMinutes { get; init; }

    /// <summary>Gets the clock of <see cref="CheckpointEveryMinutes"/>, which is no setting.</summary>
    public required TimeProvider Clock { get; init; }

    public required TrainingPrecision Precision { get; init; }

    /// <summary>
    /// Gets the normalization of the input, where the network has a layer for it and there are no initial weights.
    /// </summary>
    public required InputNormalization InputNormalization { get; init; }

    /// <summary>Gets the receptive fields, which the rows decide; null without population coding.</summary>
    public required PopulationConstants? Population { get; init; }

    /// <summary>Gets the random changes of training rows; null for none.</summary>
    public required ImageAugmentation? Augmentation { get; init; }

    /// <summary>
    /// Gets the layout of rows that the network takes as vectors; null for that of the network's input.
    /// </summary>
    public required RowLayout? Rows { get; init; }
}
