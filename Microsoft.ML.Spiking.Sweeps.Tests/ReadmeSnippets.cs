namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>
/// README.md's chapter on sweeps, as code that compiles; <see cref="ReadmeTests"/> holds the two together.
/// </summary>
internal static class ReadmeSnippets
{
    public static SpikingClifTrainer.Options First(MLContext ml, IDataView train)
    {
        SweepResult result = ml.MulticlassClassification.SweepSpikingClif(train, new SweepSettings
        {
            Featurizers = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.NormalizeMeanVariance("Features")),
            MaximumTrials = 64,                                        // or MaximumEpochs, or MaximumTime; or several of them
        });
        Console.WriteLine(result);                                  // a table of all trials
        ml.Model.Save(result.BestModel, train.Schema, "model.zip"); // featurizers and network, an ordinary model
        SpikingClifTrainer.Options options = result.BestOptions;    // to train on
        return options;
    }

    public static SweepSettings Settings(string[] args)
    {
        return new()
        {
            Space = SweepSpace.Default                                  // the attributes of SpikingClifSweepOptions
                .Without(nameof(SpikingClifSweepOptions.AugmentationStrength))
                .Choice(nameof(SpikingClifSweepOptions.Network), "conv 16-32", "conv 32-64", "vgg 11")
                .Range("Momentum", 0.8, 0.99, (options, value) => options.Momentum = value),
            Trainer = new() { InputShape = [1, 28, 28], Epochs = 27 },  // everything that is not varied

            Storage = SweepStorage.Parse(args[0]),                      // "sweep.db" or "Host=server;Database=sweeps;Username=me;Password=..."
        };
    }
}
