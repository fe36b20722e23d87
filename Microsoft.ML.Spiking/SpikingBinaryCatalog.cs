using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;

namespace Microsoft.ML;

/// <summary>Adds spiking neural networks to <see cref="MLContext.BinaryClassification"/>.</summary>
public static class SpikingBinaryCatalog
{
    /// <summary>
    /// Creates a <see cref="SpikingClifBinaryTrainer"/>: a multilayer perceptron of complementary leaky
    /// integrate-and-fire neurons that predicts a Boolean.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label: a <see cref="bool"/>.</param>
    /// <param name="featureColumnName">The features: a vector of <see cref="float"/> of known size.</param>
    /// <param name="exampleWeightColumnName">
    /// How much each row counts: a <see cref="float"/>; null for all alike.
    /// </param>
    /// <param name="hiddenSizes">
    /// Neurons in each hidden layer, each from 1 to 65,536; null for two layers of 512, and for tables as
    /// <see cref="SpikingClifTrainer.Options.Network"/> says.
    /// </param>
    /// <param name="timeSteps">
    /// Number of time steps, from 1 to 1,000. Tables have their own where this, the size of batches or the learning
    /// rate is at its default: see <see cref="SpikingClifTrainer.Options"/>.
    /// </param>
    /// <param name="epochs">
    /// Passes over the training rows, from 1 to 100,000; null for a number that depends on the rows, see
    /// <see cref="SpikingClifTrainer.Options.Epochs"/>.
    /// </param>
    /// <param name="batchSize">Rows in a step of the optimizer, from 1 to 65,536.</param>
    /// <param name="learningRate">The highest learning rate, greater than 0, at most 100.</param>
    /// <exception cref="ArgumentException">
    /// At least one value is out of its range; the message lists all of them.
    /// </exception>
    public static SpikingClifBinaryTrainer SpikingClif(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null,
        IReadOnlyList<int>? hiddenSizes = null,
        int timeSteps = SpikingClifTrainer.Defaults.TimeSteps,
        int? epochs = null,
        int batchSize = SpikingClifTrainer.Defaults.BatchSize,
        double learningRate = SpikingClifTrainer.Defaults.LearningRate) =>
        SpikingClif(catalog, SpikingClifTrainer.Options.Of(
            labelColumnName, featureColumnName, exampleWeightColumnName, hiddenSizes, timeSteps, epochs, batchSize,
            learningRate));

    /// <summary>Creates a <see cref="SpikingClifBinaryTrainer"/> with all options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">
    /// Copied; changing them afterwards has no effect on the trainer. The label that they name is a <see cref="bool"/>
    /// here; the score is a <see cref="float"/>, the logarithm of the odds of <see langword="true"/>; and the class
    /// weights are those of <see langword="false"/> and <see langword="true"/>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// At least one option is out of its range; the message lists all of them.
    /// </exception>
    public static SpikingClifBinaryTrainer SpikingClif(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, SpikingClifTrainer.Options options) =>
        SpikingClif(catalog, options, DefaultColumnNames.Probability);

    /// <summary>
    /// Creates a <see cref="SpikingClifBinaryTrainer"/> with all options and a name for the column of the probability.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">
    /// See
    /// <see cref="SpikingClif(BinaryClassificationCatalog.BinaryClassificationTrainers, SpikingClifTrainer.Options)"/>.
    /// </param>
    /// <param name="probabilityColumnName">
    /// The column that will hold the probability of <see langword="true"/>; none of those that the options name.
    /// </param>
    /// <exception cref="ArgumentException">
    /// At least one option is out of its range; the message lists all of them.
    /// </exception>
    public static SpikingClifBinaryTrainer SpikingClif(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, SpikingClifTrainer.Options options,
        string probabilityColumnName)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(options, nameof(options));
        return new SpikingClifBinaryTrainer(CatalogUtils.GetEnvironment(catalog), options, probabilityColumnName);
    }
}
