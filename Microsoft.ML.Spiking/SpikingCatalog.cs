using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;

namespace Microsoft.ML;

/// <summary>
/// Adds spiking neural networks to <see cref="MLContext.MulticlassClassification"/>, and what is special about them to
/// <see cref="MLContext.Model"/>.
/// </summary>
public static class SpikingCatalog
{
    /// <summary>
    /// Creates a <see cref="SpikingClifTrainer"/>: a multilayer perceptron of complementary leaky integrate-and-fire
    /// neurons that predicts a class.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="labelColumnName">The label: a key of <see cref="uint"/> with a known number of keys.</param>
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
        SpikingClif(catalog, SpikingClifTrainer.Options.Of(
            labelColumnName, featureColumnName, exampleWeightColumnName, hiddenSizes, timeSteps, epochs, batchSize,
            learningRate));

    /// <summary>Creates a <see cref="SpikingClifTrainer"/> with all its options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="options">Copied; changing them afterwards has no effect on the trainer.</param>
    /// <exception cref="ArgumentException">
    /// At least one option is out of its range; the message lists all of them.
    /// </exception>
    public static SpikingClifTrainer SpikingClif(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        SpikingClifTrainer.Options options)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(options, nameof(options));
        return new SpikingClifTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>
    /// Changes what scores the spiking networks of a model, which may be a chain of transformers, such as a loaded one.
    /// The model itself is changed, and may be in use meanwhile.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="model">Has at least one spiking network.</param>
    /// <param name="backend">See <see cref="ScoringBackend"/> for what to choose.</param>
    /// <param name="device">Where libtorch scores.</param>
    /// <param name="cudaDeviceIndex">Which CUDA device, from 0.</param>
    /// <seealso cref="SpikingModelParameters.ChangeScoringBackend"/>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network, a value is out of its range, or managed code is to score on CUDA.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="ScoringBackend.Torch"/> is chosen, and there is no such CUDA device or libtorch cannot be loaded.
    /// </exception>
    public static void ChangeScoringBackend(
        this ModelOperationsCatalog catalog, ITransformer model, ScoringBackend backend,
        ComputeDevice device = ComputeDevice.Auto, int cudaDeviceIndex = 0)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(model, nameof(model));
        SpikingModelParameters[] networks = [.. TrainedModel.All(model)];
        if (networks.Length == 0)
        {
            throw Contracts.ExceptParam(nameof(model), $"The model, a {model.GetType().Name}, has no spiking network.");
        }
        foreach (SpikingModelParameters network in networks)
        {
            network.ChangeScoringBackend(backend, device, cudaDeviceIndex);
        }
    }
}
