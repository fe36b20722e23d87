using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>What the training loop needs to know besides the network and the rows; validated by whoever makes it.</summary>
internal sealed record TrainingSettings
{
    /// <summary>Passes over the training rows; null for a number that suits how many there are.</summary>
    public required int? Epochs { get; init; }
    public required int BatchSize { get; init; }
    public required double LearningRate { get; init; }
    public required OptimizerKind Optimizer { get; init; }
    public required double Momentum { get; init; }
    public required double WeightDecay { get; init; }
    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>Epochs (fractions allowed) over which the learning rate rises linearly from 0.</summary>
    public required double WarmupEpochs { get; init; }

    public required ClassWeighting ClassWeighting { get; init; }

    /// <summary>One for each class with <see cref="ClassWeighting.Given"/>, else null.</summary>
    public required IReadOnlyList<float>? ClassWeights { get; init; }

    public required double LabelSmoothing { get; init; }
    public required double LossLambda { get; init; }
    public required LossTarget LossTarget { get; init; }

    /// <summary>Largest norm of the gradient of all parameters together; null for no clipping.</summary>
    public required double? GradientClipping { get; init; }

    /// <summary>Batches whose gradients make one step of the optimizer.</summary>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>Epochs in a row that may pass without a better one; null for any number. Needs validation rows.</summary>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>What makes an epoch the best one, if there are validation rows.</summary>
    public ValidationMetric ValidationMetric { get; init; }

    public required int Seed { get; init; }

    /// <summary>Whether somebody chose the seed; else a resumed training takes its checkpoint's.</summary>
    public bool IsSeedGiven { get; init; } = true;

    public required ComputeDevice Device { get; init; }

    /// <summary>From 0; null for the first CUDA device, where there is one.</summary>
    public required int? CudaDeviceIndex { get; init; }

    /// <summary>Whether <see cref="ComputeDevice.Auto"/> may take the CPU where that CUDA device is not there.</summary>
    public bool FallsBackToCpu { get; init; }

    /// <summary>Threads of torch and of the fused kernels; null for as many as the work occupies; see <see cref="Native.TorchThreads"/>.</summary>
    public required int? Threads { get; init; }

    /// <summary>Bytes of features kept in memory; beyond it the rows are read again every epoch.</summary>
    public required long MemoryBudget { get; init; }

    /// <summary>Whether glibc's memory is arranged for large buffers while the training runs.</summary>
    public required bool ReuseNativeMemory { get; init; }

    /// <summary>Whether values inside the network are computed a second time instead of kept for the way back.</summary>
    public bool ActivationCheckpointing { get; init; }

    /// <summary>Whether a cancelled training gives the best weights so far instead of throwing.</summary>
    public required bool KeepBestOnCancellation { get; init; }

    /// <summary>Where the training is resumed from and checkpoints are written; null for neither.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Whether trainings on other rows, the folds of a cross-validation, keep checkpoints in that folder too.</summary>
    public bool SharesCheckpointFolder { get; init; }

    /// <summary>Most batches between two checkpoints; null for the end of epochs alone.</summary>
    public int? CheckpointEveryBatches { get; init; }

    /// <summary>Most minutes between two checkpoints, measured when a step has ended; null for any number.</summary>
    public double? CheckpointEveryMinutes { get; init; }

    /// <summary>Says how many minutes have passed.</summary>
    [JsonIgnore]
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public TrainingPrecision Precision { get; init; }

    /// <summary>Where the network has a layer that normalizes its input, and no weights to start from: the layer's constants.</summary>
    public InputNormalization InputNormalization { get; init; } = new RootMeanSquareNormalization();

    /// <summary>How training rows are changed at random; null for not at all.</summary>
    public ImageAugmentation? Augmentation { get; init; }

    /// <summary>How the rows lie, before the network makes vectors of them; null for the network's own input.</summary>
    public RowLayout? Rows { get; init; }
}
