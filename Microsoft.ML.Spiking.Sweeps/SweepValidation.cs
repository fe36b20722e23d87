namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>The ranges of <see cref="SweepSettings"/>.</summary>
internal static class SweepValidation
{
    private const int MostWorkers = 256;
    private const int MostFolds = 1_000;

    /// <summary>One sentence for every fault.</summary>
    public static IEnumerable<string> Faults(SweepSettings s) =>
        Search(s).Concat(Budget(s)).Concat(Data(s)).Concat(Work(s)).OfType<string>();

    private static IEnumerable<string?> Search(SweepSettings s)
    {
        yield return s.Space is null or { Dimensions.Count: 0 }
            ? $"{nameof(s.Space)} is empty: there is nothing to vary; begin with SweepSpace.Default." : null;
        yield return Undefined(s.Sampler, nameof(s.Sampler));
        yield return Undefined(s.Metric, nameof(s.Metric));
        foreach (string fault in s.Halving?.Faults() ?? [])
        {
            yield return fault;
        }
        yield return s.StabilityTrials < 0 ? $"{nameof(s.StabilityTrials)} is {s.StabilityTrials}; it must be at least 0." : null;
        yield return s.StabilityTrials > 0 && s.StabilitySeeds < 2
            ? $"{nameof(s.StabilitySeeds)} is {s.StabilitySeeds}; a spread needs at least 2." : null;
    }

    private static IEnumerable<string?> Budget(SweepSettings s)
    {
        yield return s.MaximumTrials < 1 ? $"{nameof(s.MaximumTrials)} is {s.MaximumTrials}; a budget of trials must be at least 1." : null;
        yield return s.MaximumEpochs < 1 ? $"{nameof(s.MaximumEpochs)} is {s.MaximumEpochs}; a budget of epochs must be at least 1." : null;
        yield return s.MaximumTime <= TimeSpan.Zero ? $"{nameof(s.MaximumTime)} is {s.MaximumTime}; a budget of time must be greater than 0." : null;
    }

    private static IEnumerable<string?> Data(SweepSettings s)
    {
        yield return s.ValidationFraction is > 0 and < 1 ? null
            : $"{nameof(s.ValidationFraction)} is {s.ValidationFraction}; it must be greater than 0 and less than 1.";
        yield return s.Folds is null or (>= 2 and <= MostFolds) ? null
            : $"{nameof(s.Folds)} is {s.Folds}; it must be from 2 to {MostFolds}, or null for no cross-validation.";
        yield return s.Trainer is null ? $"{nameof(s.Trainer)} is null; give the options of a trainer." : null;
        yield return s.Trainer?.CheckpointFolder is null ? null
            : $"{nameof(s.Trainer)} has a {nameof(SpikingClifTrainer.Options.CheckpointFolder)}, which is for one training; " +
                $"a sweep keeps its trials in {nameof(s.Storage)}.";
        yield return s is { Folds: not null, Trainer.EarlyStoppingPatience: not null }
            ? $"{nameof(s.Trainer)} has an {nameof(SpikingClifTrainer.Options.EarlyStoppingPatience)}, but the folds of a trial must be trained " +
                "for as long as each other; leave it null."
            : null;
    }

    private static IEnumerable<string?> Work(SweepSettings s)
    {
        yield return s.Workers is >= 1 and <= MostWorkers ? null : $"{nameof(s.Workers)} is {s.Workers}; it must be from 1 to {MostWorkers}.";
        yield return s.CudaDevices is { } devices && (devices.Count == 0 || devices.Any(device => device < 0))
            ? $"{nameof(s.CudaDevices)} is [{string.Join(", ", devices)}]; it needs at least one index, each at least 0." : null;
        yield return string.IsNullOrWhiteSpace(s.Name) ? $"{nameof(s.Name)} is empty; name the sweep." : null;
        yield return s.CheckpointInterval < TimeSpan.Zero ? $"{nameof(s.CheckpointInterval)} is {s.CheckpointInterval}; it must be at least 0, or null." : null;
        yield return s.CheckpointFolder is not null && s.Storage is null
            ? $"{nameof(s.CheckpointFolder)} is given but {nameof(s.Storage)} is not; without it nobody else could take a trial up." : null;
        yield return s.CheckpointFolder is not null && string.IsNullOrWhiteSpace(s.CheckpointFolder)
            ? $"{nameof(s.CheckpointFolder)} is empty; name a folder, or null for the database." : null;
        yield return s.WorkerTimeout >= TimeSpan.FromSeconds(1) ? null
            : $"{nameof(s.WorkerTimeout)} is {s.WorkerTimeout}; it must be at least 1 second.";
        yield return s.DatabasePatience >= TimeSpan.Zero ? null : $"{nameof(s.DatabasePatience)} is {s.DatabasePatience}; it must be at least 0.";
    }

    private static string? Undefined<T>(T value, string name)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null : $"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.";
}
