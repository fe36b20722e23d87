using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML;

/// <summary>Adds spiking neural networks to <see cref="MLContext.MulticlassClassification"/>.</summary>
public static class SpikingCatalog
{
    /// <summary>
    /// Creates a <see cref="SpikingClifTrainer"/>: a multilayer perceptron of complementary leaky integrate-and-fire
    /// neurons that predicts a class.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label: a key of <see cref="uint"/> with a known number of keys.</param>
    /// <param name="featureColumnName">The features: a vector of <see cref="float"/> of known size; normalize them.</param>
    /// <param name="exampleWeightColumnName">How much each row counts: a <see cref="float"/>; null for all alike.</param>
    /// <param name="hiddenSizes">Neurons in each hidden layer, each from 1 to 65,536; null for two layers of 512.</param>
    /// <param name="timeSteps">Number of time steps, from 1 to 1,000.</param>
    /// <param name="epochs">Passes over the training rows, from 1 to 100,000; null for 10 to 100, by the number of rows.</param>
    /// <param name="batchSize">Rows in a step of the optimizer, from 1 to 65,536.</param>
    /// <param name="learningRate">The highest learning rate, greater than 0, at most 100.</param>
    /// <exception cref="ArgumentException">At least one value is out of its range; the message lists all of them.</exception>
    public static SpikingClifTrainer SpikingClif(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null,
        IReadOnlyList<int>? hiddenSizes = null,
        int timeSteps = SpikingClifTrainer.Defaults.TimeSteps,
        int? epochs = null,
        int batchSize = SpikingClifTrainer.Defaults.BatchSize,
        double learningRate = SpikingClifTrainer.Defaults.LearningRate) =>
        SpikingClif(catalog, new SpikingClifTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            Network = new Mlp(hiddenSizes ?? SpikingClifTrainer.Defaults.HiddenSizes),
            TimeSteps = timeSteps,
            Epochs = epochs,
            BatchSize = batchSize,
            LearningRate = learningRate,
        });

    /// <summary>Creates a <see cref="SpikingClifTrainer"/> with all its options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">Copied; changing them afterwards has no effect on the trainer.</param>
    /// <exception cref="ArgumentException">At least one option is out of its range; the message lists all of them.</exception>
    public static SpikingClifTrainer SpikingClif(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, SpikingClifTrainer.Options options)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(options, nameof(options));
        return new SpikingClifTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }
}
