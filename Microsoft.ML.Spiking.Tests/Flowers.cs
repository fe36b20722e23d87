namespace Microsoft.ML.Spiking.Tests;

/// <summary>Three well separated classes, named a, b and c, one after the other.</summary>
internal static class Flowers
{
    public static List<Flower> Rows(int count = 90, int seed = 1)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new Flower
            {
                Features = [.. Enumerable.Range(0, 4)
                    .Select(f => (float)((f % 3 == i % 3 ? 2 : 0) + (0.3 * random.NextDouble())))],
                Label = "abc"[i % 3].ToString(),
                Name = $"flower {i}",
                Number = i / 8.0,
                Tail = [.. Enumerable.Range(0, i % 5).Select(k => (float)k)],
            }),
        ];
    }

    public static IDataView Keyed(MLContext ml, IEnumerable<Flower>? rows = null)
    {
        IDataView data = ml.Data.LoadFromEnumerable(rows ?? Rows());
        return ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    /// <summary>Returns the options of a training that takes a moment.</summary>
    public static SpikingClifTrainer.Options Quick() => new()
    {
        Network = new Mlp(16),
        TimeSteps = 2,
        Epochs = 8,
        BatchSize = 16,
        LearningRate = 0.02,
        Seed = 3,
        Device = ComputeDevice.Cpu,
        NumberOfThreads = 1,
    };

    public static SpikingPredictionTransformer Fit(MLContext ml, IDataView data,
        Action<SpikingClifTrainer.Options>? change = null)
    {
        SpikingClifTrainer.Options options = Quick();
        change?.Invoke(options);
        return ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data);
    }
}
