using Microsoft.ML.Spiking.Sweeps;
using Quickstart;

namespace Microsoft.ML.Spiking.Benchmarks.Sweeps;

/// <summary>The quickstart's digits, which come from a seed, and a sweep over them.</summary>
internal static class SweepProblem
{
    public const int Epochs = 27;

    private const int TrainRows = 1_000;
    private const int ValidationRows = 2_000;

    /// <summary>Digits as the trainer takes them.</summary>
    public static (IDataView Train, IDataView Validation) Data(MLContext ml)
    {
        IDataView train = ml.Data.LoadFromEnumerable(DrawnDigits.Draw(1, 0, TrainRows));
        IDataView validation = ml.Data.LoadFromEnumerable(DrawnDigits.Draw(1, TrainRows, ValidationRows));
        var featurizers = ml.Transforms.Conversion.ConvertType("Features", nameof(DigitImage.Pixels))
            .Append(ml.Transforms.Conversion.MapValueToKey(nameof(DigitImage.Label)));
        var fitted = featurizers.Fit(train);
        return (ml.Data.Cache(fitted.Transform(train)), ml.Data.Cache(fitted.Transform(validation)));
    }

    /// <summary>Returns the default space, with networks small enough for thousands of epochs.</summary>
    public static SweepSettings Settings(int seed) => new()
    {
        Trainer = new() { Epochs = Epochs, Device = ComputeDevice.Cpu, NumberOfThreads = 1 },
        Space = SweepSpace.Default
            .Choice(nameof(SpikingClifSweepOptions.Network), "32", "64", "128", "64-64")
            .WholeNumbers(nameof(SpikingClifSweepOptions.TimeSteps), 1, 4),
        Sampler = SweepSampler.Random,
        StartsWithTrainer = false,
        Halving = null,
        MaximumTrials = 32,
        Seed = seed,
    };
}
