using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// A network with all its sizes, as data: immutable, without weights, written as JSON into the model. Training,
/// scoring and export each walk it. The last layer's values at each time step are the logits; their mean over the
/// time steps goes through a softmax.
/// </summary>
public sealed class NetworkDefinition
{
    /// <summary>Creates a network and checks that its layers fit.</summary>
    /// <param name="inputShape">The shape of one time step of a row: [features] or [channels, height, width].</param>
    /// <param name="timeSteps">Number of time steps T; at least 1.</param>
    /// <param name="encoder">How a row becomes the current of every time step.</param>
    /// <param name="layers">The layers in order; the last gives one value for each class.</param>
    /// <param name="classCount">Number of classes; at least 2.</param>
    /// <param name="hasTimeAxis">Whether a row brings all its time steps: [T, ...input shape].</param>
    /// <param name="pixelOrder">How images lie in a row before it is read.</param>
    /// <exception cref="NetworkDefinitionException">The layers do not fit; the message names the layer.</exception>
    [JsonConstructor]
    public NetworkDefinition(IReadOnlyList<int> inputShape, int timeSteps, InputEncoder encoder, IReadOnlyList<Layer> layers,
        int classCount, bool hasTimeAxis = false, PixelOrder pixelOrder = PixelOrder.Planar)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(layers);
        InputShape = [.. inputShape];
        TimeSteps = timeSteps;
        Encoder = encoder;
        Layers = [.. layers];
        ClassCount = classCount;
        HasTimeAxis = hasTimeAxis;
        PixelOrder = pixelOrder;
        CheckSizes();
        CheckNames(Layers, []);
        (List<Layer> all, List<ParameterSpec> parameters) = ([], []);
        foreach (Layer layer in Layers)
        {
            all.AddRange(layer.SelfAndInner);
        }
        AllLayers = all;
        Signal signal = InputSignal;
        foreach (Layer layer in Layers)
        {
            signal = layer.Infer(signal);
        }
        CheckOutput(signal);
        foreach (Layer layer in AllLayers)
        {
            parameters.AddRange(layer.Parameters);
        }
        Parameters = parameters;
    }

    /// <summary>The shape of one time step of a row.</summary>
    public IReadOnlyList<int> InputShape { get; }

    /// <summary>Number of time steps T.</summary>
    public int TimeSteps { get; }

    /// <summary>How a row becomes the current of every time step.</summary>
    public InputEncoder Encoder { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>
    /// Whether a row brings all its time steps, [T, ...<see cref="InputShape"/>], such as the frames of an event camera;
    /// if not, the encoder makes every time step from the same values.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasTimeAxis { get; }

    /// <summary>
    /// How images lie in a feature vector. Whoever reads one for the network brings it into the order of
    /// <see cref="InputShape"/> first.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PixelOrder PixelOrder { get; }

    /// <summary>All layers, those inside residual layers too: each layer before those inside it.</summary>
    [JsonIgnore]
    internal IReadOnlyList<Layer> AllLayers { get; }

    /// <summary>The arrays that the network needs, in the order of <see cref="AllLayers"/>.</summary>
    [JsonIgnore]
    internal IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>The shape of a row: with the time steps, if it brings them.</summary>
    [JsonIgnore]
    internal IReadOnlyList<int> RowShape => HasTimeAxis ? [TimeSteps, .. InputShape] : InputShape;

    /// <summary>The shape of a feature vector: that of a row in the order in which its values lie.</summary>
    [JsonIgnore]
    internal IReadOnlyList<int> FeatureShape => PixelOrder == PixelOrder.Planar
        ? RowShape
        : [.. RowShape.SkipLast(3), InputShape[1], InputShape[2], InputShape[0]];

    /// <summary>Number of values in a row.</summary>
    [JsonIgnore]
    internal int InputSize => Shapes.Size(RowShape);

    /// <summary>What arrives at the first layer.</summary>
    [JsonIgnore]
    internal Signal InputSignal => new(InputShape, HasTimeAxis ? SignalKind.Graded : Encoder.OutputKind);

    private void CheckSizes()
    {
        if (InputShape.Count == 0 || !Shapes.ArePositive(InputShape))
        {
            throw new NetworkDefinitionException(
                $"The input shape [{string.Join(", ", InputShape)}] is not possible; every length must be at least 1.");
        }
        if (TimeSteps < 1)
        {
            throw new NetworkDefinitionException($"{TimeSteps} time steps are not possible; at least 1 is needed.");
        }
        if (ClassCount < 2)
        {
            throw new NetworkDefinitionException($"{ClassCount} classes are not possible; at least 2 are needed.");
        }
        if (HasTimeAxis && Encoder is not DirectEncoder)
        {
            throw new NetworkDefinitionException(
                $"Rows that bring their own time steps need the {nameof(DirectEncoder)}, not a {Encoder.GetType().Name}.");
        }
        if (PixelOrder is not (PixelOrder.Planar or PixelOrder.Interleaved) || (PixelOrder == PixelOrder.Interleaved && InputShape.Count != 3))
        {
            throw new NetworkDefinitionException($"The pixel order {PixelOrder} is not possible with the input shape " +
                $"[{string.Join(", ", InputShape)}]; only images, [channels, height, width], have one.");
        }
        foreach (string fault in Encoder.Faults())
        {
            throw new NetworkDefinitionException(fault);
        }
        _ = InputSize; // more values than an int can count
    }

    private static void CheckNames(IEnumerable<Layer?> layers, HashSet<string> names)
    {
        int index = -1;
        foreach (Layer? layer in layers)
        {
            index++;
            if (layer is null)
            {
                throw new NetworkDefinitionException($"The layer at index {index} is null.");
            }
            if (string.IsNullOrEmpty(layer.Name) || !names.Add(layer.Name))
            {
                throw new NetworkDefinitionException(
                    $"The layer at index {index} is named '{layer.Name}'; names must be unique and not empty.");
            }
            CheckNames(layer.Inner, names);
        }
    }

    private void CheckOutput(Signal signal)
    {
        if (signal.Shape is not [int classes] || classes != ClassCount)
        {
            throw new NetworkDefinitionException(
                $"The network ends in {signal}, but {ClassCount} classes need a vector of {ClassCount} values.");
        }
    }
}
