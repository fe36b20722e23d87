using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking;

// The options as the training sees them.
public sealed partial class SpikingClifTrainer
{
    private TrainingSettings Settings(RowLayout layout) => new()
    {
        Epochs = _options.Epochs,
        BatchSize = _options.BatchSize,
        LearningRate = _options.LearningRate,
        Optimizer = _options.Optimizer,
        Momentum = _options.Momentum,
        WeightDecay = _options.WeightDecay,
        Schedule = _options.Schedule,
        WarmupEpochs = _options.WarmupEpochs,
        ClassWeighting = _options.ClassWeighting,
        ClassWeights = _options.ClassWeights,
        LabelSmoothing = _options.LabelSmoothing,
        LossLambda = _options.LossLambda,
        LossTarget = _options.LossTarget,
        SpikePenalty = _options.SpikePenalty > 0 ? _options.SpikePenalty : null,
        Teacher = _options.Teacher?.Settings,
        GradientClipping = _options.GradientClipping,
        GradientHorizon = _options.GradientHorizon,
        KeepsZeroWeights = _options.KeepZeroWeights ? true : null,
        GradientAccumulation = _options.GradientAccumulation,
        EarlyStoppingPatience = _options.EarlyStoppingPatience,
        ValidationMetric = _options.ValidationMetric,
        Seed = _seed,
        IsSeedGiven = _isSeedGiven,
        Device = _options.Device,
        CudaDeviceIndex = CudaDeviceIndex,
        CudaDevices = _options.CudaDevices is null ? null : [.. _options.CudaDevices],
        Ranks = _options.Ranks is { Count: > 1 } ? _options.Ranks : null,
        SynchronizesBatchNorm = _options.Ranks is { Count: > 1 } && _options.SynchronizeBatchNorm ? true : null,
        FallsBackToCpu = FallsBackToCpu,
        Threads = _options.NumberOfThreads,
        MemoryBudget = _options.MemoryBudget ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4,
        ReuseNativeMemory = _options.ReuseNativeMemory,
        ActivationCheckpointing = _options.ActivationCheckpointing,
        KeepBestOnCancellation = _options.KeepBestOnCancellation,
        CheckpointFolder = _options.CheckpointFolder,
        SharesCheckpointFolder = false,
        CheckpointEveryBatches = _options.CheckpointEveryBatches,
        CheckpointEveryMinutes = _options.CheckpointEveryMinutes,
        Precision = _options.Precision,
        InputNormalization = InputNormalization ?? new FeatureNormalization(),
        Augmentation = _options.Augmentation,
        Rows = layout,
    };
}
