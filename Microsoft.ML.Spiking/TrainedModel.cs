using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking;

/// <summary>A trained model that is to be trained on.</summary>
/// <param name="Parameters">The network and its weights.</param>
/// <param name="Label">The label column that it was trained with; null where that is not known.</param>
internal sealed record TrainedModel(SpikingModelParameters Parameters, DataViewSchema.Column? Label)
{
    private const string Model = "model";

    /// <summary>The only spiking network of the transformer, which may be one of a chain.</summary>
    /// <exception cref="ArgumentException">There is none, or more than one.</exception>
    public static TrainedModel Of(IExceptionContext context, ITransformer model)
    {
        SpikingPredictionTransformerBase[] found = [.. Networks(model)];
        return found.Length == 1
            ? new(found[0].Model, found[0].Label)
            : throw context.ExceptParam(nameof(model), found.Length == 0
                ? $"The model, a {model.GetType().Name}, has no spiking network to go on with."
                : $"The model has {found.Length} spiking networks; pass the one to go on with.");
    }

    /// <summary>Checks that the network can be trained on these columns.</summary>
    /// <param name="context">Marks the exceptions.</param>
    /// <param name="columns">The data's.</param>
    /// <param name="order">The order of pixels that the options name; null for none.</param>
    /// <exception cref="ArgumentException">It has other sizes, other classes or another order of pixels.</exception>
    public void CheckFits(IExceptionContext context, TrainingColumns columns, PixelOrder? order)
    {
        if (FaultOfFeatures(columns, order) is string features)
        {
            throw context.ExceptParam(Model, $"{features}; send the data through the transforms that the model was trained behind.");
        }
        if (FaultOfClasses(columns) is string classes)
        {
            throw context.ExceptParam(Model, $"{classes}; map the labels with the mapping that the model was trained with.");
        }
    }

    private string? FaultOfFeatures(TrainingColumns columns, PixelOrder? order)
    {
        NetworkDefinition network = Parameters.Network;
        string column = $"the feature column '{columns.Feature.Name}' has";
        return network.InputSize != columns.FeatureCount
                ? $"The model takes {network.InputSize} features and {column} {columns.FeatureCount}"
            : RowLayout.Contradict(network.FeatureShape, columns.FeatureShape)
                ? $"The model takes images of the shape [{string.Join(", ", network.FeatureShape)}] and {column} " +
                    $"[{string.Join(", ", columns.FeatureShape)}]"
            : order is { } wanted && network.InputShape is [> 1, _, _] && wanted != network.PixelOrder
                ? $"The model takes images in the order {network.PixelOrder} and the options say {nameof(PixelOrder)} {wanted}"
            : null;
    }

    private string? FaultOfClasses(TrainingColumns columns)
    {
        string column = $"the label column '{columns.Label.Name}' has";
        if (Parameters.Network.ClassCount != columns.ClassCount)
        {
            return $"The model knows {Parameters.Network.ClassCount} classes and {column} {columns.ClassCount} keys";
        }
        if (Label is not { } label || KeyNames.Of(label) is not { } known || KeyNames.Of(columns.Label) is not { } present)
        {
            return null; // keys that stand for nothing have no names to differ in
        }
        int other = known.Zip(present).Index().FirstOrDefault(pair => pair.Item.First != pair.Item.Second, (-1, default)).Index;
        return other < 0 ? null
            : known.Order(StringComparer.Ordinal).SequenceEqual(present.Order(StringComparer.Ordinal))
                ? $"The model knows its classes in another order: its class {other + 1} is '{known[other]}' and {column} '{present[other]}' there"
            : $"The model knows other classes: its class {other + 1} is '{known[other]}' and {column} '{present[other]}' there";
    }

    /// <summary>All spiking networks of the transformer, which may be a chain.</summary>
    public static IEnumerable<SpikingModelParameters> All(ITransformer model) => Networks(model).Select(network => network.Model);

    private static IEnumerable<SpikingPredictionTransformerBase> Networks(ITransformer model) => model switch
    {
        SpikingPredictionTransformerBase network => [network],
        IEnumerable<ITransformer> chain => chain.SelectMany(Networks),
        _ => [],
    };
}
