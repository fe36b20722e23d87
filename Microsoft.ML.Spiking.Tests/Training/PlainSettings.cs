using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>
/// Settings of a short training on the CPU, with nothing that is not needed. Tests and gpu-check change what they are
/// about.
/// </summary>
internal static class PlainSettings
{
    public static TrainingSettings Value { get; } = new()
    {
        Epochs = 8,
        BatchSize = 16,
        LearningRate = 0.1,
        Optimizer = OptimizerKind.Sgd,
        Momentum = 0.9,
        WeightDecay = 5e-5,
        Schedule = LearningRateSchedule.Cosine,
        WarmupEpochs = 0,
        ClassWeighting = ClassWeighting.None,
        ClassWeights = null,
        LabelSmoothing = 0,
        LossLambda = 0.05,
        LossTarget = LossTarget.Constant,
        SpikePenalty = null,
        GradientClipping = null,
        GradientHorizon = null,
        KeepsZeroWeights = null,
        GradientAccumulation = 1,
        EarlyStoppingPatience = null,
        ValidationMetric = ValidationMetric.Accuracy,
        Seed = 1,
        IsSeedGiven = true,
        Device = ComputeDevice.Cpu,
        CudaDeviceIndex = 0,
        CudaDevices = null,
        Ranks = null,
        CpuReplicas = 1,
        Teacher = null,
        LossOfMean = null,
        FrozenArrays = null,
        SynchronizesBatchNorm = null,
        FallsBackToCpu = false,
        Threads = 1,
        MemoryBudget = 1 << 30,
        ReuseNativeMemory = true,
        ActivationCheckpointing = false,
        KeepBestOnCancellation = false,
        CheckpointFolder = null,
        SharesCheckpointFolder = false,
        CheckpointEveryBatches = null,
        CheckpointEveryMinutes = null,
        Clock = TimeProvider.System,
        Precision = TrainingPrecision.Full,
        InputNormalization = new RootMeanSquareNormalization(),
        Population = null,
        Augmentation = null,
        Rows = null,
    };
}
