using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Sweeps;
using Microsoft.ML.Spiking.Training;

namespace Microsoft.ML.Spiking.Benchmarks.Sweeps;

/// <summary>
/// A table whose rows come from a seed: ten features, of which four tell five classes apart in a way that is not linear, and
/// labels of which one in twenty is wrong.
/// </summary>
internal static class SweepProblem
{
    public const int Epochs = 27;

    private const int Classes = 5;
    private const int Features = 10;
    private const double WrongLabels = 0.05;

    public static IDataView Data(MLContext ml, int count, int seed) => ml.Data.LoadFromEnumerable(Rows(count, seed));

    /// <summary>A sweep over the class's own space, but for networks that are small enough for thousands of epochs.</summary>
    public static SweepSettings Settings(int seed) => new()
    {
        Trainer = new() { Epochs = Epochs, TimeSteps = 2, Device = ComputeDevice.Cpu, NumberOfThreads = 1 },
        Space = SweepSpace.Default
            .Choice(nameof(SpikingClifSweepOptions.Network), "16", "32", "64", "32-32")
            .WholeNumbers(nameof(SpikingClifSweepOptions.TimeSteps), 1, 4),
        Sampler = SweepSampler.Random,
        StartsWithTrainer = false,
        Halving = null,
        MostTrials = 32,
        Seed = seed,
    };

    private static List<Row> Rows(int count, int seed)
    {
        var random = new Random(seed);
        var rows = new List<Row>(count);
        for (int i = 0; i < count; i++)
        {
            float[] values = [.. Enumerable.Range(0, Features).Select(_ => (float)((2 * random.NextDouble()) - 1))];
            double turn = (values[0] * values[1] * 4) + Math.Sin(3 * values[2]) + (values[3] > 0 ? 1 : 0);
            int label = random.NextDouble() < WrongLabels ? random.Next(Classes) : (int)Math.Clamp(Math.Floor(turn + 2), 0, Classes - 1);
            rows.Add(new() { Features = values, Label = (uint)label + 1 });
        }
        return rows;
    }

    private sealed class Row
    {
        [VectorType(SweepProblem.Features)]
        public float[] Features { get; set; } = [];

        [KeyType(Classes)]
        public uint Label { get; set; }
    }
}
