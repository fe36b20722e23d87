using System.Globalization;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>The ranges of <see cref="SweepSettings"/>.</summary>
internal static class SweepValidation
{
    private const int MaximumTrials = 1_000_000;
    private const int MaximumEpochs = 1_000_000_000;
    private const int MaximumWorkers = 256;
    private const int MaximumFolds = 1_000;
    private const int MaximumStability = 1_000;

    // Timers take up to 49 days.
    private static readonly TimeSpan LongestBudget = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(7);

    /// <summary>Returns one sentence for each fault.</summary>
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
        yield return Outside(s.StabilityTrials, 0, MaximumStability, nameof(s.StabilityTrials));
        yield return s.StabilityTrials == 0 ? null
            : Outside(s.StabilitySeeds, 2, MaximumStability, nameof(s.StabilitySeeds));
    }

    private static IEnumerable<string?> Budget(SweepSettings s)
    {
        yield return Outside(s.MaximumTrials, 1, MaximumTrials, nameof(s.MaximumTrials));
        yield return Outside(s.MaximumEpochs, 1, MaximumEpochs, nameof(s.MaximumEpochs));
        yield return s.MaximumTime is { } time && (time <= TimeSpan.Zero || time > LongestBudget)
            ? $"{nameof(s.MaximumTime)} is {time}; it must be greater than 0 and at most {Days(LongestBudget)}, or " +
                "null for no limit."
            : null;
    }

    private static IEnumerable<string?> Data(SweepSettings s)
    {
        yield return s.ValidationFraction is > 0 and < 1 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{nameof(s.ValidationFraction)} is {s.ValidationFraction}; it must be greater than 0 and less than 1.");
        yield return s.Folds is null or (>= 2 and <= MaximumFolds) ? null : string.Create(CultureInfo.InvariantCulture,
            $"{nameof(s.Folds)} is {s.Folds}; it must be from 2 to {MaximumFolds}, or null for no cross-validation.");
        yield return s.Trainer is null ? $"{nameof(s.Trainer)} is null; give the options of a trainer." : null;
        yield return s.Trainer?.CheckpointFolder is null ? null
            : $"{nameof(s.Trainer)} has a {nameof(SpikingClifTrainer.Options.CheckpointFolder)}, which is for one " +
                $"training; a sweep keeps its trials in {nameof(s.Storage)}.";
        yield return s is { Folds: not null, Trainer.EarlyStoppingPatience: not null }
            ? $"{nameof(s.Trainer)} has an {nameof(SpikingClifTrainer.Options.EarlyStoppingPatience)}, but the folds " +
                "of a trial must all be trained for the same number of epochs; leave it null."
            : null;
    }

    private static IEnumerable<string?> Work(SweepSettings s)
    {
        yield return Outside(s.Workers, 1, MaximumWorkers, nameof(s.Workers));
        yield return s.CudaDevices is not { } devices ? null
            : devices.Count == 0 || devices.Any(device => device < 0)
                ? $"{nameof(s.CudaDevices)} is [{string.Join(", ", devices)}]; it needs at least one index, each at " +
                    "least 0."
            : s.Trainer?.Device == ComputeDevice.Cpu
                ? $"{nameof(s.CudaDevices)} is [{string.Join(", ", devices)}], but {nameof(s.Trainer)}." +
                    $"{nameof(SpikingClifTrainer.Options.Device)} is {nameof(ComputeDevice.Cpu)}; leave one of them " +
                    "at its default."
            : s.Trainer?.CudaDevices is not null
                ? $"{nameof(s.CudaDevices)} is [{string.Join(", ", devices)}], but {nameof(s.Trainer)}." +
                    $"{nameof(SpikingClifTrainer.Options.CudaDevices)} is given too; give the devices to the workers " +
                    "or to each trial."
            : null;
        yield return string.IsNullOrWhiteSpace(s.Name) ? $"{nameof(s.Name)} is empty; name the sweep." : null;
        yield return s.CheckpointInterval is { } interval && (interval < TimeSpan.Zero || interval > LongestBudget)
            ? $"{nameof(s.CheckpointInterval)} is {interval}; it must be from 0 to {Days(LongestBudget)}, or null " +
                "for no checkpoints."
            : null;
        yield return s.CheckpointFolder is not null && s.Storage is null
            ? $"{nameof(s.CheckpointFolder)} is given but {nameof(s.Storage)} is not; without it no other worker " +
                "could go on with a trial." : null;
        yield return s.CheckpointFolder is not null && string.IsNullOrWhiteSpace(s.CheckpointFolder)
            ? $"{nameof(s.CheckpointFolder)} is empty; name a folder, or null for the database." : null;
        yield return s.WorkerTimeout >= TimeSpan.FromSeconds(1) && s.WorkerTimeout <= LongestTimeout ? null
            : $"{nameof(s.WorkerTimeout)} is {s.WorkerTimeout}; it must be from 1 second to {Days(LongestTimeout)}.";
        yield return s.DatabasePatience >= TimeSpan.Zero && s.DatabasePatience <= LongestTimeout ? null
            : $"{nameof(s.DatabasePatience)} is {s.DatabasePatience}; it must be from 0 to {Days(LongestTimeout)}.";
    }

    private static string? Outside(long? value, long low, long high, string name) =>
        value is null || (value >= low && value <= high) ? null
            : string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be from {low:N0} to {high:N0}.");

    private static string Days(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} days");

    private static string? Undefined<T>(T value, string name)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null : $"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.";
}
