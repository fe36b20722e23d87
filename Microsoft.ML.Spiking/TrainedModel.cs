using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>A trained model whose training is continued.</summary>
/// <param name="Parameters">The network and its weights.</param>
/// <param name="Label">The label column that it was trained with; null where that is not known.</param>
internal sealed record TrainedModel(SpikingModelParameters Parameters, DataViewSchema.Column? Label)
{
    private const string Model = "model";

    /// <summary>Returns the only spiking network of the transformer, which may be one of a chain.</summary>
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

    /// <summary>Checks that the network can be trained on these columns and with these options.</summary>
    /// <param name="context">Marks the exceptions.</param>
    /// <param name="columns">The data's.</param>
    /// <param name="options">What they say of the network must not contradict it; their defaults say nothing.</param>
    /// <exception cref="ArgumentException">It has other sizes or classes, or the options contradict it.</exception>
    public void CheckFits(IExceptionContext context, TrainingColumns columns, SpikingClifTrainer.Options options)
    {
        if (FaultOfFeatures(columns) is string features)
        {
            throw context.ExceptParam(
                Model, $"{features}; send the data through the transforms that the model was trained behind.");
        }
        if (FaultOfClasses(columns) is string classes)
        {
            throw context.ExceptParam(
                Model, $"{classes}; map the labels with the mapping that the model was trained with.");
        }
        if (FaultOf(options) is string option)
        {
            throw context.ExceptParam(Model, $"{option}. The model decides: leave the option at its default.");
        }
    }

    /// <summary>
    /// Returns the options that were set to something else than the model has, which decides: they are not used.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <param name="wanted">Makes the network that they describe.</param>
    public IReadOnlyList<string> Ignored(SpikingClifTrainer.Options options, Func<NetworkDefinition> wanted)
    {
        NetworkDefinition network = Parameters.Network;
        var names = new List<string>();
        bool isNetworkChosen = options.Chosen.HasFlag(TableOptions.Network);
        bool isDropoutChosen = options.Dropout != SpikingClifTrainer.Defaults.Dropout;
        if (isNetworkChosen || isDropoutChosen)
        {
            NetworkDefinition? other = Bound(wanted);
            if (isNetworkChosen && (other is null || !Sizes(other).SequenceEqual(Sizes(network))))
            {
                names.Add(nameof(options.Network));
            }
            else if (isDropoutChosen && (other is null || !Dropouts(other).SequenceEqual(Dropouts(network))))
            {
                names.Add(nameof(options.Dropout));
            }
        }
        if (options.Neuron != new ClifNeuron()
            && !network.AllLayers.OfType<NeuronLayer>().Any(layer => layer.Neuron == options.Neuron))
        {
            names.Add(nameof(options.Neuron));
        }
        bool hasFields = network.AllLayers.OfType<PopulationLayer>().Any();
        if (options.IsEncoderChosen && (options.Encoder is PopulationEncoder
            ? !hasFields : hasFields || options.Encoder != network.Encoder))
        {
            names.Add(nameof(options.Encoder));
        }
        if (options.Chosen.HasFlag(TableOptions.TimeSteps) && !network.HasTimeAxis
            && options.TimeSteps != network.TimeSteps)
        {
            names.Add(nameof(options.TimeSteps));
        }
        return names;
    }

    private static NetworkDefinition? Bound(Func<NetworkDefinition> wanted)
    {
        try
        {
            return wanted();
        }
        catch (NetworkDefinitionException) // the template does not suit the rows, which the model does
        {
            return null;
        }
    }

    // Dimensions, outputs and the last length, a kernel's: the inputs also depend on what the input has become.
    private static IEnumerable<(int Dimensions, int Outputs, int Kernel)> Sizes(NetworkDefinition network) =>
        network.Parameters.Where(spec => spec.Role == ParameterRole.Weight).Select(spec => spec.Shape)
            .Select(shape => (shape.Count, shape[0], shape.Count == 4 ? shape[^1] : 0));

    // Behind neurons: that of the input has an option of its own.
    private static IEnumerable<double> Dropouts(NetworkDefinition network) => network.AllLayers
        .SkipWhile(layer => layer is not NeuronLayer).OfType<DropoutLayer>().Select(layer => layer.Rate);

    /// <summary>Returns how the rows lie for the network.</summary>
    /// <param name="column">The shape of the feature column.</param>
    /// <param name="given">The shape that the options state; null for none.</param>
    public RowLayout Layout(IReadOnlyList<int> column, IReadOnlyList<int>? given)
    {
        NetworkDefinition network = Parameters.Network;
        if (RowLayout.Of(network) is { } layout)
        {
            return layout;
        }
        // A network of vectors may have flattened images, but knows no time.
        RowLayout rows = RowLayout.Of(column, given, PixelOrder.Planar);
        return rows.TimeSteps is null ? rows : new(network.InputShape, TimeSteps: null);
    }

    private string? FaultOfFeatures(TrainingColumns columns)
    {
        NetworkDefinition network = Parameters.Network;
        string column = $"the feature column '{columns.Feature.Name}' has";
        return network.InputSize != columns.FeatureCount
                ? Invariant($"The model takes {network.InputSize} features and {column} {columns.FeatureCount}")
            : RowLayout.Contradict(network.FeatureShape, columns.FeatureShape)
                ? $"The model takes rows of the shape {Text(network.FeatureShape)} and {column} " +
                    Text(columns.FeatureShape)
            : null;
    }

    private string? FaultOfClasses(TrainingColumns columns)
    {
        string column = $"the label column '{columns.Label.Name}' has";
        if (Parameters.Network.ClassCount != columns.ClassCount)
        {
            return Invariant($"The model knows {Parameters.Network.ClassCount} classes and {column} ") +
                Invariant($"{columns.ClassCount} keys");
        }
        return Label is not { } label || KeyNames.Difference(label, columns.Label) is not { } keys ? null
            : (keys.IsOrderAlone ? "The model knows its classes in another order" : "The model knows other classes") +
                Invariant($": its class {keys.Key} is '{keys.Known}' and {column} '{keys.Present}' there");
    }

    private string? FaultOf(SpikingClifTrainer.Options options)
    {
        NetworkDefinition network = Parameters.Network;
        BatchNormLayer? norm = network.AllLayers.OfType<BatchNormLayer>()
            .FirstOrDefault(layer => options.BatchNorm != BatchNormMode.PerTimeStep && layer.Mode != options.BatchNorm);
        return options.PixelOrder is { } order && network.InputShape is [> 1, _, _] && order != network.PixelOrder
                ? $"The model takes images in the order {network.PixelOrder} and the option {nameof(PixelOrder)} is " +
                    $"{order}"
            : options.InputShape is { } shape && ContradictsRows(network, shape)
                ? $"The model takes rows of the shape {Text(network.FeatureShape)} and the option " +
                    $"{nameof(options.InputShape)} is {Text(shape)}"
            : norm is not null
                ? $"The model's batch normalizations are {norm.Mode} and the option {nameof(options.BatchNorm)} is " +
                    $"{options.BatchNorm}"
            : ContradictsInput(options.InputNormalization)
                ? $"The option {nameof(options.InputNormalization)} is " +
                    $"{options.InputNormalization?.GetType().Name ?? "null"}, which is not how the model normalizes " +
                    "its input"
            : null;
    }

    private static bool ContradictsRows(NetworkDefinition network, IReadOnlyList<int> shape) =>
        !shape.SequenceEqual(network.FeatureShape) && (network.HasTimeAxis || network.InputShape.Count > 1
            || shape.Count is 2 or 4 || shape.Aggregate(1L, (size, length) => size * length) != network.InputSize);

    private bool ContradictsInput(InputNormalization? wanted)
    {
        NetworkDefinition network = Parameters.Network;
        if (wanted is FeatureNormalization || network.Encoder is not DirectEncoder)
        {
            return false;
        }
        if (network.Layers[0] is not AffineLayer { Name: AffineLayer.InputName } input || wanted is null)
        {
            return (network.Layers[0] is AffineLayer { Name: AffineLayer.InputName }) != (wanted is not null);
        }
        return wanted switch
        {
            ChannelNormalization { IsMeasured: false } given => !HasConstants(input, given),
            ChannelNormalization => input.Channels != network.InputShape[0],
            _ => input.Channels != 1,
        };
    }

    private bool HasConstants(AffineLayer input, ChannelNormalization given)
    {
        InputConstants constants = InputConstants.Of(given);
        return constants.Scale.SequenceEqual(Parameters.Weights[input.ScaleName].Array)
            && constants.Shift.SequenceEqual(Parameters.Weights[input.ShiftName].Array);
    }

    private static string Text(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>Returns all spiking networks of the transformer, which may be a chain.</summary>
    public static IEnumerable<SpikingModelParameters> All(ITransformer model) =>
        Networks(model).Select(network => network.Model);

    private static IEnumerable<SpikingPredictionTransformerBase> Networks(ITransformer model) => model switch
    {
        SpikingPredictionTransformerBase network => [network],
        IEnumerable<ITransformer> chain => chain.SelectMany(Networks),
        _ => [],
    };
}
