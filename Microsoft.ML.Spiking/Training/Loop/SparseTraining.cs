using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Rates;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The choice to train on rows as their values that are not zero.</summary>
internal static class SparseTraining
{
    /// <summary>Returns the layers that would take such rows; null where the training takes all values.</summary>
    public static SparseFirstLayer? LayersOf(
        NetworkDefinition definition, TrainingSettings settings, torch.Device device) =>
        Obstacle(definition, settings, device) is null ? SparseFirstLayer.Of(definition) : null;

    /// <summary>
    /// Returns whether the training takes the rows as their values that are not zero, and tells the user; where they
    /// are sparse enough and something else prevents it, why.
    /// </summary>
    /// <param name="rows">The training rows.</param>
    /// <param name="definition">The network.</param>
    /// <param name="settings">The settings of the training.</param>
    /// <param name="device">Its device.</param>
    /// <param name="observer">Receives the message.</param>
    public static bool Suits(RowFeed rows, NetworkDefinition definition, TrainingSettings settings,
        torch.Device device, ITrainingObserver observer)
    {
        bool isVector = definition is { InputShape.Count: 1, HasTimeAxis: false };
        if (!isVector || rows.FeatureCount < SparseFirstLayer.LeastFeatures
            || !SparseFirstLayer.Suits(rows.Summary, rows.FeatureCount))
        {
            return false;
        }
        if (Obstacle(definition, settings, device) is string obstacle)
        {
            observer.Warning(string.Create(CultureInfo.InvariantCulture,
                $"Of the {rows.FeatureCount:N0} features {NonZeros(rows.Summary):0.#} are not zero on average, but ") +
                $"the training takes the rows with all their zeros, which costs time and memory, because {obstacle}.");
            return false;
        }
        observer.Info(string.Create(CultureInfo.InvariantCulture,
            $"The rows are sparse: of their {rows.FeatureCount:N0} features {NonZeros(rows.Summary):0.#} are not " +
            $"zero on average. The first layer visits those alone; neither weight decay nor momentum moves the " +
            $"weights of a feature in batches that do not have it."));
        return true;
    }

    /// <summary>Returns what prevents sparse rows, as the end of a sentence; null for nothing.</summary>
    private static string? Obstacle(NetworkDefinition definition, TrainingSettings settings, torch.Device device) =>
        device.type != DeviceType.CPU ? "it runs on CUDA"
        : settings.ReplicaCount > 1 ? "several devices or processes share its rows"
        : settings.GradientAccumulation > 1 ? Of(nameof(settings.GradientAccumulation), "greater than 1")
        : settings.ActivationCheckpointing ? Of(nameof(settings.ActivationCheckpointing), "true")
        : settings.Augmentation is not null ? Of(nameof(settings.Augmentation), "set")
        : settings.Precision == TrainingPrecision.BFloat16 ? Of(nameof(settings.Precision), "BFloat16")
        : settings.KeepsZeroWeights == true ? "weights that are zero are kept so"
        : settings.Teacher is not null ? Of(nameof(settings.Teacher), "set")
        : RateNetwork.Suits(definition) ? "the network is trained over means"
        : SparseFirstLayer.Of(definition) is null
            ? "the first layer is not a fully connected one that takes the features"
        : null;

    private static string Of(string option, string value) => $"{option} is {value}";

    private static double NonZeros(RowSummary rows) => rows.NonZeros / (double)rows.Rows;
}
