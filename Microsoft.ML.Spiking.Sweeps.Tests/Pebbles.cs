namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>
/// Three overlapping classes, which no model separates without errors, and a sweep over them that takes seconds.
/// </summary>
internal static class Pebbles
{
    public static IDataView Data(MLContext ml, int count = 150, int seed = 1) =>
        ml.Data.LoadFromEnumerable(Rows(count, seed));

    public static IEstimator<ITransformer> Featurizers(MLContext ml) =>
        ml.Transforms.Conversion.MapValueToKey("Label", "Kind")
        .Append(ml.Transforms.Concatenate("Features", "Width", "Height", "Color"))
        .Append(ml.Transforms.NormalizeMeanVariance("Features"));

    /// <summary>
    /// Two dimensions over trainings of nine epochs, for which successive halving has the rungs 1, 3 and 9.
    /// </summary>
    public static SweepSettings Settings(MLContext ml) => new()
    {
        Featurizers = Featurizers(ml),
        Trainer = new()
        {
            Network = new Mlp(8),
            InputNormalization = new RootMeanSquareNormalization(), // the featurizers have standardized the features
            TimeSteps = 2,
            Epochs = 9,
            BatchSize = 16,
            Device = ComputeDevice.Cpu,
            NumberOfThreads = 1,
        },
        Space = SweepSpace.Empty
            .Range(nameof(SpikingClifSweepOptions.LearningRate), 1e-5, 0.3, isLogarithmic: true)
            .Choice(nameof(SpikingClifSweepOptions.Network), "2", "8", "16"),
        Sampler = SweepSampler.Random,
        MaximumTrials = 9,
        Seed = 5,
    };

    public static List<Pebble> Rows(int count, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new Pebble
            {
                Width = Around(i % 3 == 0 ? 2 : 0),
                Height = Around(i % 3 == 1 ? 2 : 0),
                Color = [Around(i % 3), Around(0), Around(0), Around(0)],
                Kind = "abc"[i % 3].ToString(),
            }),
        ];

        float Around(double center) => (float)(center + (2 * random.NextDouble()) - (2 * random.NextDouble()));
    }
}
