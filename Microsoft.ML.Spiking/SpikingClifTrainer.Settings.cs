using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking;

// The options as the training sees them.
public sealed partial class SpikingClifTrainer
{
    private static long DefaultBudget => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    private TrainingSettings Settings(RowLayout layout, Options options) => new()
    {
        Epochs = options.Epochs,
        BatchSize = options.BatchSize,
        LearningRate = options.LearningRate,
        Optimizer = options.Optimizer,
        Momentum = options.Momentum,
        WeightDecay = options.WeightDecay,
        Schedule = options.Schedule,
        WarmupEpochs = options.WarmupEpochs,
        ClassWeighting = options.ClassWeighting,
        ClassWeights = options.ClassWeights,
        LabelSmoothing = options.LabelSmoothing,
        LossLambda = options.LossLambda,
        LossTarget = options.LossTarget,
        SpikePenalty = options.SpikePenalty > 0 ? options.SpikePenalty : null,
        Teacher = options.Teacher?.Settings,
        LossOfMean = null,
        FrozenArrays = null,
        GradientClipping = options.GradientClipping,
        GradientHorizon = options.GradientHorizon,
        KeepsZeroWeights = options.KeepZeroWeights ? true : null,
        GradientAccumulation = options.GradientAccumulation,
        EarlyStoppingPatience = options.EarlyStoppingPatience,
        ValidationMetric = options.ValidationMetric,
        Seed = _seed,
        IsSeedGiven = _isSeedGiven,
        Device = options.Device,
        CudaDeviceIndex = CudaDeviceIndex,
        CudaDevices = options.CudaDevices is null ? null : [.. options.CudaDevices],
        CpuReplicas = 1,
        Ranks = options.Ranks is { Count: > 1 } ? options.Ranks : null,
        SynchronizesBatchNorm = options.Ranks is { Count: > 1 } && options.SynchronizeBatchNorm ? true : null,
        FallsBackToCpu = FallsBackToCpu,
        Threads = options.NumberOfThreads,
        MemoryBudget = options.MemoryBudget ?? DefaultBudget,
        ReuseNativeMemory = options.ReuseNativeMemory,
        ActivationCheckpointing = options.ActivationCheckpointing,
        KeepBestOnCancellation = options.KeepBestOnCancellation,
        CheckpointFolder = options.CheckpointFolder,
        SharesCheckpointFolder = false,
        CheckpointEveryBatches = options.CheckpointEveryBatches,
        CheckpointEveryMinutes = options.CheckpointEveryMinutes,
        Clock = TimeProvider.System,
        Precision = options.Precision,
        InputNormalization = InputNormalization ?? new FeatureNormalization(),
        Population = null,
        Augmentation = options.Augmentation,
        Rows = layout,
    };
}
