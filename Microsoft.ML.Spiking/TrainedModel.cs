using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking;

/// <summary>The spiking networks of trained models.</summary>
internal static class TrainedModel
{
    /// <summary>The only spiking network of the transformer, which may be one of a chain.</summary>
    /// <exception cref="ArgumentException">There is none, or more than one.</exception>
    public static SpikingModelParameters Of(IExceptionContext context, ITransformer model)
    {
        SpikingModelParameters[] found = [.. All(model)];
        return found.Length == 1
            ? found[0]
            : throw context.ExceptParam(nameof(model), found.Length == 0
                ? $"The model, a {model.GetType().Name}, has no spiking network to go on with."
                : $"The model has {found.Length} spiking networks; pass the one to go on with.");
    }

    /// <summary>Checks that the network can be trained on these columns.</summary>
    /// <exception cref="ArgumentException">It has other sizes.</exception>
    public static void CheckFits(IExceptionContext context, NetworkDefinition network, TrainingColumns columns)
    {
        if (network.InputSize != columns.FeatureCount)
        {
            throw context.ExceptParam("model", $"The model takes {network.InputSize} features and the feature column " +
                $"'{columns.Feature.Name}' has {columns.FeatureCount}; send the data through the transforms that the model was trained behind.");
        }
        if (network.ClassCount != columns.ClassCount)
        {
            throw context.ExceptParam("model", $"The model knows {network.ClassCount} classes and the label column " +
                $"'{columns.Label.Name}' has {columns.ClassCount} keys; map the labels with the mapping that the model was trained with.");
        }
    }

    /// <summary>All spiking networks of the transformer, which may be a chain.</summary>
    public static IEnumerable<SpikingModelParameters> All(ITransformer model) => model switch
    {
        SpikingPredictionTransformer network => [network.Model],
        IEnumerable<ITransformer> chain => chain.SelectMany(All),
        _ => [],
    };
}
