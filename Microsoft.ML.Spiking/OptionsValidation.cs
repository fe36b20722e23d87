using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Training.Loop;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The check of <see cref="SpikingClifTrainer.Options"/> against <see cref="OptionRanges"/>.</summary>
internal static class OptionsValidation
{
    /// <summary>Returns one sentence for every fault.</summary>
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
        (string? Name, string Option)[] columns =
        [
            (o.PredictedLabelColumnName, nameof(o.PredictedLabelColumnName)),
            (o.ScoreColumnName, nameof(o.ScoreColumnName)),
            (o.LabelColumnName, nameof(o.LabelColumnName)),
            (o.FeatureColumnName, nameof(o.FeatureColumnName)),
            (o.ExampleWeightColumnName, nameof(o.ExampleWeightColumnName)),
        ];
        for (int written = 0; written < 2; written++)
        {
            foreach ((string? name, string option) in columns.Skip(written + 1))
            {
                if (!string.IsNullOrWhiteSpace(name) && name == columns[written].Name)
                {
                    yield return $"{columns[written].Option} and {option} are both '{name}'; they need different " +
                        (option == nameof(o.ScoreColumnName) ? "names."
                            : "names, or the model's output would hide its input.");
                }
            }
        }
    }

    private static IEnumerable<string> Network(SpikingClifTrainer.Options o)
    {
        IEnumerable<string>[] parts =
        [
            o.Network?.Faults() ?? [$"{nameof(o.Network)} is null; choose a template, such as an Mlp."],
            o.Neuron?.Faults() ?? [$"{nameof(o.Neuron)} is null; choose a neuron, such as a ClifNeuron."],
            o.Encoder?.Faults() ?? [$"{nameof(o.Encoder)} is null; choose an encoder, such as the DirectEncoder."],
            o.InputNormalization?.Faults() ?? [],
            o.Augmentation?.Faults() ?? [],
            o.Conversion?.Faults() ?? [],
            o.Teacher?.Faults() ?? [],
        ];
        foreach (string fault in parts.SelectMany(faults => faults))
        {
            yield return fault;
        }
        if (o.InputNormalization is ChannelNormalization && o.Encoder is not (DirectEncoder or null))
        {
            yield return $"{nameof(o.InputNormalization)} is a {nameof(ChannelNormalization)}, but the " +
                $"{o.Encoder.GetType().Name} makes spikes of the features as they are; use the DirectEncoder, or " +
                "normalize the features before training.";
        }
        if (Outside(o.TimeSteps, 1, OptionRanges.MostTimeSteps) is string steps)
        {
            yield return steps;
        }
        else if (o.Neuron is ReluNeuron or FirstSpikeNeuron && o.TimeSteps != 1)
        {
            yield return $"{nameof(o.TimeSteps)} is {o.TimeSteps}; a network of {o.Neuron.GetType().Name} does not " +
                "change over time and needs 1.";
        }
        if (o.Conversion is { } conversion && o.Neuron is not (ReluNeuron or null))
        {
            yield return $"{nameof(o.Conversion)} is a {conversion.GetType().Name}, but {nameof(o.Neuron)} is a " +
                $"{o.Neuron.GetType().Name}; set {nameof(o.Neuron)} to a {nameof(ReluNeuron)} and " +
                $"{nameof(o.TimeSteps)} to 1, or leave {nameof(o.Conversion)} null.";
        }
        if (o.Gradient is { } gradient)
        {
            foreach (string fault in Gradient(o, gradient.GetType().Name))
            {
                yield return fault;
            }
        }
        if (o.Teacher is { FeatureWeight: > 0 } && o.ActivationCheckpointing)
        {
            yield return $"{nameof(o.Teacher)} has a {nameof(Teacher.FeatureWeight)} and " +
                $"{nameof(o.ActivationCheckpointing)} is true, but the features that it is of are not kept then; set " +
                $"{nameof(o.ActivationCheckpointing)} to false, or the weight to 0.";
        }
        if (o.Teacher is not null && o.CudaDevices is { Count: > 1 })
        {
            yield return $"{nameof(o.Teacher)} is given and {nameof(o.CudaDevices)} has several devices, but a " +
                $"teacher runs on one; leave {nameof(o.CudaDevices)} null.";
        }
        if (o.InputShape is { } shape && (shape.Count is < 1 or > 4 || shape.Any(length => length < 1)))
        {
            yield return $"{nameof(o.InputShape)} is [{string.Join(", ", shape)}]; it must be " +
                "[features], [time steps, features], [channels, height, width] or [time steps, channels, height, " +
                "width], each at least 1, or null for the column's own dimensions.";
        }
        if (Undefined(o.PixelOrder.GetValueOrDefault(), nameof(o.PixelOrder)) is string pixelOrder)
        {
            yield return pixelOrder;
        }
        if (Undefined(o.BatchNorm) is string batchNorm)
        {
            yield return batchNorm;
        }
        if (NotBelowOne(o.InputDropout.GetValueOrDefault(), nameof(o.InputDropout)) is string inputDropout)
        {
            yield return inputDropout;
        }
        if (NotBelowOne(o.Dropout) is string dropout)
        {
            yield return dropout;
        }
    }

    private static IEnumerable<string> Gradient(SpikingClifTrainer.Options o, string gradient)
    {
        if (o.Conversion is { } conversion)
        {
            yield return $"{nameof(o.Gradient)} is a {gradient} and {nameof(o.Conversion)} is a " +
                $"{conversion.GetType().Name}, which need other neurons; leave one of the two null.";
            yield break;
        }
        if (o.Neuron is not (IfNeuron or LifNeuron or null)
            || o.Neuron is SpikingNeuronDefinition { IsSoftReset: false })
        {
            yield return $"{nameof(o.Gradient)} is a {gradient}, but {nameof(o.Neuron)} is a " +
                $"{o.Neuron.GetType().Name}{(o.Neuron is IfNeuron or LifNeuron ? " with a hard reset" : "")}; set " +
                $"{nameof(o.Neuron)} to an {nameof(IfNeuron)} or {nameof(LifNeuron)} with the soft reset, or leave " +
                $"{nameof(o.Gradient)} null.";
        }
        if (o.GradientHorizon is int horizon)
        {
            yield return Invariant($"{nameof(o.Gradient)} is a {gradient}, which does not go back through time, and ") +
                Invariant($"{nameof(o.GradientHorizon)} is {horizon}; leave one of the two null.");
        }
        if (o.ActivationCheckpointing)
        {
            yield return $"{nameof(o.Gradient)} is a {gradient}, which keeps no time steps, and " +
                $"{nameof(o.ActivationCheckpointing)} is true; set it to false, or leave {nameof(o.Gradient)} null.";
        }
    }

    private static IEnumerable<string> Optimization(SpikingClifTrainer.Options o)
    {
        string?[] faults =
        [
            Outside(o.Epochs ?? 1, 1, OptionRanges.MostEpochs, nameof(o.Epochs)),
            o.Conversion switch
            {
                FirstSpikeConversion first => Outside(first.FineTuneEpochs, 0, OptionRanges.MostEpochs),
                CountConversion count => Outside(count.FineTuneEpochs, 0, OptionRanges.MostEpochs),
                _ => null,
            },
            o.Conversion is not CountConversion counts ? null
                : Outside(counts.TimeSteps, 1, OptionRanges.MostTimeSteps, "Conversion.TimeSteps"),
            o.Conversion is CountConversion && o.Encoder is not (DirectEncoder or PopulationEncoder or null)
                ? $"{nameof(o.Conversion)} is a {nameof(CountConversion)}, which gives a row's values to every step, " +
                    $"but {nameof(o.Encoder)} is a {o.Encoder.GetType().Name}; use the {nameof(DirectEncoder)}."
                : null,
            o.GradientHorizon is not null && o.Neuron is BurstNeuron
                ? $"{nameof(o.GradientHorizon)} is given, but {nameof(o.Neuron)} is a {nameof(BurstNeuron)}, whose " +
                    $"gradient does not go through time; leave {nameof(o.GradientHorizon)} null."
                : null,
            Outside(o.BatchSize, 1, OptionRanges.LargestBatch),
            OptionRanges.IsPositive(o.LearningRate) && o.LearningRate <= OptionRanges.HighestLearningRate ? null
                : Invariant($"{nameof(o.LearningRate)} is {o.LearningRate}; it must be greater than 0 and at most ") +
                    Invariant($"{OptionRanges.HighestLearningRate}."),
            NotBelowOne(o.Momentum),
            Outside(o.WeightDecay, 0, OptionRanges.HighestWeightDecay),
            Undefined(o.Optimizer),
            Undefined(o.Schedule),
            Undefined(o.ValidationMetric),
            o.WarmupEpochs >= 0 && o.WarmupEpochs <= Math.Max(o.Epochs ?? AutomaticEpochs.Least, 0) ? null
                : Invariant($"{nameof(o.WarmupEpochs)} is {o.WarmupEpochs}; it must be from 0 to {nameof(o.Epochs)} ") +
                    Invariant($"({o.Epochs ?? AutomaticEpochs.Least})."),
            o.ValidationFraction is not { } share || OptionRanges.IsShareBelowOne(share) ? null
                : Invariant($"{nameof(o.ValidationFraction)} is {share}; it must be from 0 up to, but not ") +
                    "including, 1, or null for the default.",
            Outside(o.GradientAccumulation, 1, OptionRanges.LargestBatch),
            o.GradientHorizon is null or (>= 0 and <= OptionRanges.MostTimeSteps) ? null
                : Invariant($"{nameof(o.GradientHorizon)} is {o.GradientHorizon}; it must be from 0 to ") +
                    Invariant($"{OptionRanges.MostTimeSteps} time steps, or null for all."),
            o.EarlyStoppingPatience is null or (>= 1 and <= OptionRanges.MostEpochs) ? null
                : Invariant($"{nameof(o.EarlyStoppingPatience)} is {o.EarlyStoppingPatience}; it must be from 1 to ") +
                    Invariant($"{OptionRanges.MostEpochs}, or null for all epochs."),
            o.GradientClipping is not { } norm || OptionRanges.IsPositive(norm) ? null
                : Invariant($"{nameof(o.GradientClipping)} is {norm}; it must be finite in single precision and ") +
                    "greater than 0, or null for no limit.",
        ];
        return faults.OfType<string>();
    }

    private static IEnumerable<string> Loss(SpikingClifTrainer.Options o)
    {
        string?[] faults =
        [
            NotBelowOne(o.LabelSmoothing),
            Outside(o.LossLambda, 0, 1),
            Undefined(o.LossTarget),
            Outside(o.SpikePenalty, 0, OptionRanges.HighestSpikePenalty),
            o.SpikePenalty > 0 && o.ActivationCheckpointing
                ? $"{nameof(o.SpikePenalty)} is given and {nameof(o.ActivationCheckpointing)} is true, but the " +
                    $"spikes that the penalty is of are not kept then; set {nameof(o.ActivationCheckpointing)} to " +
                    $"false, or {nameof(o.SpikePenalty)} to 0."
                : null,
            Undefined(o.ClassWeighting),
            (o.ClassWeighting == ClassWeighting.Given, o.ClassWeights) switch
            {
                (true, null or { Count: 0 }) => $"{nameof(o.ClassWeights)} is missing; " +
                    $"{nameof(o.ClassWeighting)} {ClassWeighting.Given} needs one weight for each class.",
                (true, { } weights) when weights.Any(weight => !OptionRanges.IsPositive(weight)) =>
                    $"{nameof(o.ClassWeights)} is [{List(weights)}]; every weight must be finite and greater than 0.",
                (false, not null) => $"{nameof(o.ClassWeights)} is given but {nameof(o.ClassWeighting)} is " +
                    $"{o.ClassWeighting}; set it to {ClassWeighting.Given}, or give no weights.",
                _ => null,
            },
        ];
        return faults.OfType<string>();
    }

    private static string? Devices(SpikingClifTrainer.Options o, IReadOnlyList<int> devices)
    {
        string indices = string.Join(", ", devices.Select(index => Invariant($"{index}")));
        string given = $"{nameof(o.CudaDevices)} is [{indices}]";
        return devices.Count == 0 || devices.Any(index => index < 0)
                ? $"{given}; it needs at least one index, each at least 0, or null for one device."
            : devices.Distinct().Count() < devices.Count ? $"{given}; name each device once."
            : o.CudaDeviceIndex is not null
                ? Invariant($"{given}, but {nameof(o.CudaDeviceIndex)} is {o.CudaDeviceIndex}; give one of the two.")
            : o.Device == ComputeDevice.Cpu
                ? $"{given}, but {nameof(o.Device)} is {o.Device}; give no devices, or another {nameof(o.Device)}."
            : devices.Count > o.BatchSize ? Invariant($"{given}, but {nameof(o.BatchSize)} is {o.BatchSize}; ") +
                "each device needs at least one row."
            : null;
    }

    private static string? RankFault(SpikingClifTrainer.Options o) => o.Ranks switch
    {
        null when o.SynchronizeBatchNorm =>
            $"{nameof(o.SynchronizeBatchNorm)} is set, but {nameof(o.Ranks)} is not; " +
            "one process takes its statistics over the whole batch anyway, without GradientAccumulation.",
        { Count: > 1 } when o.CudaDevices is { Count: > 1 } => Invariant($"{nameof(o.CudaDevices)} has ") +
            Invariant($"{o.CudaDevices.Count} devices, but each rank trains on one; start a rank for each device ") +
            $"and give its {nameof(o.CudaDeviceIndex)}.",
        { Count: > 1 } when o.Teacher is not null || o.Conversion is not null =>
            $"{nameof(o.Ranks)} are given with {(o.Teacher is null ? nameof(o.Conversion) : nameof(o.Teacher))}, " +
            "which runs in one process; leave one of them null.",
        { } ranks when o.BatchSize < ranks.Count => Invariant($"{nameof(o.BatchSize)} is {o.BatchSize}, but there ") +
            Invariant($"are {ranks.Count} ranks; each needs at least one row."),
        _ => null,
    };

    private static IEnumerable<string> Machine(SpikingClifTrainer.Options o)
    {
        string?[] faults =
        [
            Undefined(o.Device),
            Undefined(o.Precision),
            new ScoringChoice(o.ScoringBackend, o.ScoringDevice, CudaDeviceIndex: 0).Fault(),
            o.CudaDeviceIndex is null or >= 0 ? null
                : Invariant($"{nameof(o.CudaDeviceIndex)} is {o.CudaDeviceIndex}; it must be at least 0."),
            o.CudaDevices is null ? null : Devices(o, o.CudaDevices),
            RankFault(o),
            o.NumberOfThreads is null or (>= 1 and <= OptionRanges.MostThreads) ? null
                : Invariant($"{nameof(o.NumberOfThreads)} is {o.NumberOfThreads}; it must be from 1 to ") +
                    Invariant($"{OptionRanges.MostThreads}, or null for as many as the work of a batch occupies."),
            o.CheckpointFolder is null || !string.IsNullOrWhiteSpace(o.CheckpointFolder) ? null
                : $"{nameof(o.CheckpointFolder)} is empty; name a folder, or null for no checkpoints.",
            (o.CheckpointEveryBatches, o.CheckpointFolder) switch
            {
                ( < 1, _) => Invariant($"{nameof(o.CheckpointEveryBatches)} is {o.CheckpointEveryBatches}; ") +
                    "it must be at least 1, or null for the end of epochs alone.",
                (not null, null) => $"{nameof(o.CheckpointEveryBatches)} is given but {nameof(o.CheckpointFolder)} " +
                    "is not; name a folder.",
                _ => null,
            },
            (o.CheckpointEveryMinutes, o.CheckpointFolder) switch
            {
                (not (null or (> 0 and < double.PositiveInfinity)), _) =>
                    Invariant($"{nameof(o.CheckpointEveryMinutes)} is {o.CheckpointEveryMinutes}; it must be ") +
                    "finite and greater than 0, or null for the end of epochs alone.",
                (not null, null) => $"{nameof(o.CheckpointEveryMinutes)} is given but {nameof(o.CheckpointFolder)} " +
                    "is not; name a folder.",
                _ => null,
            },
            o.MemoryBudget is null or > 0 ? null
                : Invariant($"{nameof(o.MemoryBudget)} is {o.MemoryBudget}; it must be greater than 0 bytes, or ") +
                    "null for a quarter of the memory.",
        ];
        return faults.OfType<string>();
    }

    private static string? Outside(double value, double lowest, double highest,
        [CallerArgumentExpression(nameof(value))] string expression = "") =>
        value >= lowest && value <= highest ? null
            : Invariant($"{Name(expression)} is {value}; it must be from {lowest} to {highest}.");

    private static string? NotBelowOne(
        double value, [CallerArgumentExpression(nameof(value))] string expression = "") =>
        OptionRanges.IsShareBelowOne(value) ? null
            : Invariant($"{Name(expression)} is {value}; it must be from 0 up to, but not including, 1") +
                (value < 1 && value > 0 ? ", in single precision too." : ".");

    private static string? Undefined<T>(T value, [CallerArgumentExpression(nameof(value))] string expression = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null
            : $"{Name(expression)} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.";

    private static string List(IEnumerable<float> values) =>
        string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    private static string Name(string expression) => expression[(expression.LastIndexOf('.') + 1)..];
}

/// <summary>
/// The limits of <see cref="SpikingClifTrainer.Options"/>, inclusive, stated once: validation, its messages and the
/// ranges of sweeps derive from them.
/// </summary>
internal static class OptionRanges
{
    public const int MostTimeSteps = 1_000;
    public const int MostEpochs = 100_000;
    public const int LargestBatch = 65_536;
    public const double HighestLearningRate = 100;
    public const double HighestWeightDecay = 1;
    public const double HighestSpikePenalty = 1;
    public const int MostThreads = 1_024;

    /// <summary>
    /// What a share below 1 (momentum, dropout, label smoothing) may at most be: the float next to 1.
    /// </summary>
    public const double LargestShareBelowOne = 1 - (1.0 / (1 << 24));

    /// <summary>
    /// Returns whether the value is from 0 up to, but not including, 1, in the single precision of training too.
    /// </summary>
    public static bool IsShareBelowOne(double value) => value >= 0 && (float)value < 1;

    /// <summary>
    /// Returns whether the value is finite and greater than 0, in the single precision of training too.
    /// </summary>
    public static bool IsPositive(double value) => (float)value is > 0 and < float.PositiveInfinity;
}
