using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The choice to train on rows as their values that are not zero.</summary>
internal static class SparseTraining
{
    /// <summary>Returns the layers that would take such rows; null where the training takes all values.</summary>
    public static SparseFirstLayer? LayersOf(
        NetworkDefinition definition, TrainingSettings settings, torch.Device device) =>
        device.type == DeviceType.CPU && settings is
        {
            ReplicaCount: 1, GradientAccumulation: 1, ActivationCheckpointing: false, Augmentation: null,
            Precision: not TrainingPrecision.BFloat16, KeepsZeroWeights: not true,
        }
            ? SparseFirstLayer.Of(definition)
            : null;

    /// <summary>Returns whether the rows are sparse enough, and tells the user.</summary>
    public static bool Suits(RowFeed rows, ITrainingObserver observer)
    {
        if (!SparseFirstLayer.Suits(rows.Summary, rows.FeatureCount))
        {
            return false;
        }
        observer.Info(string.Create(CultureInfo.InvariantCulture,
            $"The rows are sparse: of their {rows.FeatureCount:N0} features {NonZeros(rows.Summary):0.#} are not " +
            $"zero on average. The first layer visits those alone; neither weight decay nor momentum moves the " +
            $"weights of a feature in batches that do not have it."));
        return true;
    }

    private static double NonZeros(RowSummary rows) => rows.NonZeros / (double)rows.Rows;
}
