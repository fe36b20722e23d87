using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking;

/// <summary>The ranges of <see cref="SpikingClifTrainer.Options"/>.</summary>
internal static class OptionsValidation
{
    private const int MostTimeSteps = 1_000;
    private const int MostEpochs = 100_000;
    private const int LargestBatch = 65_536;
    private const double HighestLearningRate = 100;
    private const int MostThreads = 1_024;

    /// <summary>One sentence for every fault.</summary>
    public static IEnumerable<string> Faults(SpikingClifTrainer.Options options) =>
        Columns(options)
            .Concat(Network(options))
            .Concat(Optimization(options))
            .Concat(Loss(options))
            .Concat(Machine(options));

    private static IEnumerable<string> Columns(SpikingClifTrainer.Options o)
    {
        foreach ((string? name, string option) in new[]
        {
            (o.LabelColumnName, nameof(o.LabelColumnName)),
            (o.FeatureColumnName, nameof(o.FeatureColumnName)),
            (o.PredictedLabelColumnName, nameof(o.PredictedLabelColumnName)),
            (o.ScoreColumnName, nameof(o.ScoreColumnName)),
            (o.ExampleWeightColumnName ?? "none", nameof(o.ExampleWeightColumnName)),
        })
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                yield return $"{option} is empty; name a column.";
            }
        }
        if (o.PredictedLabelColumnName == o.ScoreColumnName)
        {
            yield return $"{nameof(o.PredictedLabelColumnName)} and {nameof(o.ScoreColumnName)} are both " +
                $"'{o.ScoreColumnName}'; they need different names.";
        }
    }

    private static IEnumerable<string> Network(SpikingClifTrainer.Options o)
    {
        foreach (string fault in o.Network?.Faults() ?? [$"{nameof(o.Network)} is null; choose a template, such as an Mlp."])
        {
            yield return fault;
        }
        foreach (string fault in o.Neuron?.Faults() ?? [$"{nameof(o.Neuron)} is null; choose a neuron, such as a ClifNeuron."])
        {
            yield return fault;
        }
        foreach (string fault in o.Encoder?.Faults() ?? [$"{nameof(o.Encoder)} is null; choose an encoder, such as the DirectEncoder."])
        {
            yield return fault;
        }
        foreach (string fault in (o.InputNormalization?.Faults() ?? []).Concat(o.Augmentation?.Faults() ?? []))
        {
            yield return fault;
        }
        if (o.InputNormalization is ChannelNormalization && o.Encoder is not (DirectEncoder or null))
        {
            yield return $"{nameof(o.InputNormalization)} is a {nameof(ChannelNormalization)}, but the {o.Encoder.GetType().Name} " +
                "makes spikes of the features as they are; use the DirectEncoder, or normalize the features before training.";
        }
        if (Outside(o.TimeSteps, 1, MostTimeSteps) is string steps)
        {
            yield return steps;
        }
        else if (o.Neuron is ReluNeuron && o.TimeSteps != 1)
        {
            yield return $"{nameof(o.TimeSteps)} is {o.TimeSteps}; a network of {nameof(ReluNeuron)} does not change over " +
                "time and needs 1.";
        }
        if (o.InputShape is { } shape && (shape.Count is not (3 or 4) || shape.Any(length => length < 1)))
        {
            yield return $"{nameof(o.InputShape)} is [{string.Join(", ", shape)}]; it must be [channels, height, width] or " +
                "[time steps, channels, height, width], each at least 1, or null for the column's own dimensions.";
        }
        if (Undefined(o.PixelOrder.GetValueOrDefault(), nameof(o.PixelOrder)) is string pixelOrder)
        {
            yield return pixelOrder;
        }
        if (Undefined(o.BatchNorm) is string batchNorm)
        {
            yield return batchNorm;
        }
        if (OutsideHalfOpen(o.Dropout) is string dropout)
        {
            yield return dropout;
        }
    }

    private static IEnumerable<string> Optimization(SpikingClifTrainer.Options o)
    {
        string?[] faults =
        [
            Outside(o.Epochs ?? 1, 1, MostEpochs, nameof(o.Epochs)),
            Outside(o.BatchSize, 1, LargestBatch),
            o.LearningRate is > 0 and <= HighestLearningRate ? null
                : $"{nameof(o.LearningRate)} is {o.LearningRate}; it must be greater than 0 and at most {HighestLearningRate}.",
            OutsideHalfOpen(o.Momentum),
            Outside(o.WeightDecay, 0, 1),
            Undefined(o.Optimizer),
            Undefined(o.Schedule),
            Undefined(o.ValidationMetric),
            o.WarmupEpochs >= 0 && o.WarmupEpochs <= Math.Max(o.Epochs ?? AutomaticEpochs.Least, 0) ? null
                : $"{nameof(o.WarmupEpochs)} is {o.WarmupEpochs}; it must be from 0 to {nameof(o.Epochs)} ({o.Epochs ?? AutomaticEpochs.Least}).",
            Outside(o.GradientAccumulation, 1, LargestBatch),
            o.EarlyStoppingPatience is null or (>= 1 and <= MostEpochs) ? null
                : $"{nameof(o.EarlyStoppingPatience)} is {o.EarlyStoppingPatience}; it must be from 1 to {MostEpochs}, or null for all epochs.",
            o.GradientClipping is null or (> 0 and < double.PositiveInfinity) ? null
                : $"{nameof(o.GradientClipping)} is {o.GradientClipping}; it must be finite and greater than 0, or null for no limit.",
        ];
        return faults.OfType<string>();
    }

    private static IEnumerable<string> Loss(SpikingClifTrainer.Options o)
    {
        string?[] faults =
        [
            OutsideHalfOpen(o.LabelSmoothing),
            Outside(o.LossLambda, 0, 1),
            Undefined(o.LossTarget),
            Undefined(o.ClassWeighting),
            (o.ClassWeighting == ClassWeighting.Given, o.ClassWeights) switch
            {
                (true, null or { Count: 0 }) => $"{nameof(o.ClassWeights)} is missing; " +
                    $"{nameof(o.ClassWeighting)} {ClassWeighting.Given} needs one weight for each class.",
                (true, { } weights) when weights.Any(weight => !(float.IsFinite(weight) && weight > 0)) =>
                    $"{nameof(o.ClassWeights)} is [{string.Join(", ", weights)}]; every weight must be finite and greater than 0.",
                (false, not null) => $"{nameof(o.ClassWeights)} is given but {nameof(o.ClassWeighting)} is {o.ClassWeighting}; " +
                    $"set it to {ClassWeighting.Given}, or give no weights.",
                _ => null,
            },
        ];
        return faults.OfType<string>();
    }

    private static IEnumerable<string> Machine(SpikingClifTrainer.Options o)
    {
        string?[] faults =
        [
            Undefined(o.Device),
            Undefined(o.Precision),
            new ScoringChoice(o.ScoringBackend, o.ScoringDevice, CudaDeviceIndex: 0).Fault(),
            o.CudaDeviceIndex >= 0 ? null : $"{nameof(o.CudaDeviceIndex)} is {o.CudaDeviceIndex}; it must be at least 0.",
            o.NumberOfThreads is null or (>= 1 and <= MostThreads) ? null
                : $"{nameof(o.NumberOfThreads)} is {o.NumberOfThreads}; it must be from 1 to {MostThreads}, or null for all processors.",
            o.CheckpointFolder is null || !string.IsNullOrWhiteSpace(o.CheckpointFolder) ? null
                : $"{nameof(o.CheckpointFolder)} is empty; name a folder, or null for no checkpoints.",
            (o.CheckpointEveryBatches, o.CheckpointFolder) switch
            {
                ( < 1, _) => $"{nameof(o.CheckpointEveryBatches)} is {o.CheckpointEveryBatches}; it must be at least 1, " +
                    "or null for the end of epochs alone.",
                (not null, null) => $"{nameof(o.CheckpointEveryBatches)} is given but {nameof(o.CheckpointFolder)} is not; name a folder.",
                _ => null,
            },
            (o.CheckpointEveryMinutes, o.CheckpointFolder) switch
            {
                (not (null or (> 0 and < double.PositiveInfinity)), _) => $"{nameof(o.CheckpointEveryMinutes)} is " +
                    $"{o.CheckpointEveryMinutes}; it must be finite and greater than 0, or null for the end of epochs alone.",
                (not null, null) => $"{nameof(o.CheckpointEveryMinutes)} is given but {nameof(o.CheckpointFolder)} is not; name a folder.",
                _ => null,
            },
            o.MemoryBudget is null or > 0 ? null
                : $"{nameof(o.MemoryBudget)} is {o.MemoryBudget}; it must be greater than 0 bytes, or null for a quarter of the memory.",
        ];
        return faults.OfType<string>();
    }

    private static string? Outside(double value, double lowest, double highest,
        [CallerArgumentExpression(nameof(value))] string expression = "") =>
        value >= lowest && value <= highest ? null : $"{Name(expression)} is {value}; it must be from {lowest} to {highest}.";

    private static string? OutsideHalfOpen(double value, [CallerArgumentExpression(nameof(value))] string expression = "") =>
        value is >= 0 and < 1 ? null : $"{Name(expression)} is {value}; it must be from 0 up to, but not including, 1.";

    private static string? Undefined<T>(T value, [CallerArgumentExpression(nameof(value))] string expression = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null : $"{Name(expression)} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.";

    private static string Name(string expression) => expression[(expression.LastIndexOf('.') + 1)..];
}
