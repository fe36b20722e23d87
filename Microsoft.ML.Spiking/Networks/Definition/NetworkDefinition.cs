using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// A network with all its sizes, as data: immutable, without weights, written as JSON into the model. Training, scoring
/// and export each walk it. The last layer's values at each time step are the logits; their mean over the time steps
/// goes through a softmax.
/// </summary>
public sealed class NetworkDefinition
{
    /// <summary>Creates a network and checks that its layers fit and that its sizes are possible.</summary>
    /// <param name="inputShape">The shape of one time step of a row: [features] or [channels, height, width].</param>
    /// <param name="timeSteps">Number of time steps T; at least 1.</param>
    /// <param name="encoder">How a row becomes the current of every time step.</param>
    /// <param name="layers">The layers in order; the last gives one value for each class.</param>
    /// <param name="classCount">Number of classes; at least 2.</param>
    /// <param name="hasTimeAxis">Whether a row brings all its time steps: [T, ...input shape].</param>
    /// <param name="pixelOrder">How images lie in a row before it is read.</param>
    /// <exception cref="NetworkDefinitionException">
    /// The layers do not fit, or the network is larger than <see cref="NetworkLimits"/> allows; the message names the
    /// layer.
    /// </exception>
    internal NetworkDefinition(IReadOnlyList<int> inputShape, int timeSteps, InputEncoder encoder,
        IReadOnlyList<Layer> layers, int classCount, bool hasTimeAxis = false,
        PixelOrder pixelOrder = PixelOrder.Planar)
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
        CheckNames(Layers, [], nesting: 0);
        (List<Layer> all, List<ParameterSpec> parameters) = ([], []);
        foreach (Layer layer in Layers)
        {
            all.AddRange(layer.SelfAndInner);
        }
        AllLayers = all;
        CheckOutput(NetworkLimits.Check(this));
        foreach (Layer layer in AllLayers)
        {
            parameters.AddRange(layer.Parameters);
        }
        Parameters = parameters;
    }

    /// <summary>Gets the shape of one time step of a row.</summary>
    public IReadOnlyList<int> InputShape { get; }

    /// <summary>Gets the number of time steps T.</summary>
    public int TimeSteps { get; }

    /// <summary>Gets how a row becomes the current of every time step.</summary>
    public InputEncoder Encoder { get; }

    /// <summary>Gets the layers in order.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Gets the number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>
    /// Gets whether a row brings all its time steps, [T, ...<see cref="InputShape"/>], such as the frames of an event
    /// camera; if not, the encoder makes every time step from the same values.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasTimeAxis { get; }

    /// <summary>
    /// Gets the order of images in a feature vector, which is brought into that of <see cref="InputShape"/> when it is
    /// read.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PixelOrder PixelOrder { get; }

    /// <summary>Gets all layers, those inside residual layers too: each layer before those inside it.</summary>
    [JsonIgnore]
    internal IReadOnlyList<Layer> AllLayers { get; }

    /// <summary>Gets the arrays that the network needs, in the order of <see cref="AllLayers"/>.</summary>
    [JsonIgnore]
    internal IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>Gets the shape of a row: with the time steps, if it brings them.</summary>
    [JsonIgnore]
    internal IReadOnlyList<int> RowShape => HasTimeAxis ? [TimeSteps, .. InputShape] : InputShape;

    /// <summary>Gets the shape of a feature vector: that of a row in the order in which its values lie.</summary>
    [JsonIgnore]
    internal IReadOnlyList<int> FeatureShape => PixelOrder == PixelOrder.Planar
        ? RowShape
        : [.. RowShape.SkipLast(3), InputShape[1], InputShape[2], InputShape[0]];

    /// <summary>Gets the number of values in a row.</summary>
    [JsonIgnore]
    internal int InputSize => Shapes.Size(RowShape);

    /// <summary>Gets the signal that arrives at the first layer.</summary>
    [JsonIgnore]
    internal Signal InputSignal => new(InputShape, HasTimeAxis ? SignalKind.Graded : Encoder.OutputKind);

    private void CheckSizes()
    {
        if (InputShape.Count is 0 or > NetworkLimits.MostDimensions || !Shapes.ArePositive(InputShape))
        {
            throw new NetworkDefinitionException($"The input shape {Shapes.Text(InputShape)} is not possible; it " +
                $"needs 1 to {NetworkLimits.MostDimensions} lengths, each at least 1.");
        }
        if (Shapes.LongSize(InputShape) > NetworkLimits.MostValues)
        {
            throw new NetworkDefinitionException($"The input shape {Shapes.Text(InputShape)} has " +
                Invariant($"{Shapes.LongSize(InputShape):N0} values; at most ") +
                Invariant($"{NetworkLimits.MostValues:N0} are possible."));
        }
        int mostSteps = HasTimeAxis ? NetworkLimits.MostTimeStepsOfRows : NetworkLimits.MostTimeSteps;
        if (TimeSteps < 1 || TimeSteps > mostSteps)
        {
            throw new NetworkDefinitionException(
                Invariant($"{TimeSteps:N0} time steps are not possible; 1 to {mostSteps:N0} are") +
                (HasTimeAxis ? ", brought by rows." : "."));
        }
        if (ClassCount is < 2 or > NetworkLimits.MostClasses)
        {
            throw new NetworkDefinitionException(
                Invariant($"{ClassCount:N0} classes are not possible; 2 to {NetworkLimits.MostClasses:N0} are."));
        }
        if (HasTimeAxis && Encoder is not DirectEncoder)
        {
            throw new NetworkDefinitionException(
                $"Rows that bring their own time steps need the {nameof(DirectEncoder)}, not a " +
                $"{Encoder.GetType().Name}.");
        }
        if (PixelOrder is not (PixelOrder.Planar or PixelOrder.Interleaved)
            || (PixelOrder == PixelOrder.Interleaved && InputShape.Count != 3))
        {
            throw new NetworkDefinitionException($"The pixel order {PixelOrder} is not possible with the input shape " +
                $"{Shapes.Text(InputShape)}; only images, [channels, height, width], have one.");
        }
        foreach (string fault in Encoder.Faults())
        {
            throw new NetworkDefinitionException(fault);
        }
    }

    /// <summary>Returns the network with other layers.</summary>
    internal NetworkDefinition With(IReadOnlyList<Layer> layers) =>
        new(InputShape, TimeSteps, Encoder, layers, ClassCount, HasTimeAxis, PixelOrder);

    private static void CheckNames(IEnumerable<Layer?> layers, HashSet<string> names, int nesting)
    {
        int index = -1;
        foreach (Layer? layer in layers)
        {
            index++;
            if (nesting > NetworkLimits.MostNesting)
            {
                throw new NetworkDefinitionException(
                    $"Residual layers lie more than {NetworkLimits.MostNesting} deep inside one another.");
            }
            if (layer is null)
            {
                throw new NetworkDefinitionException($"The layer at index {index} is null.");
            }
            if (string.IsNullOrEmpty(layer.Name) || layer.Name.Length > NetworkLimits.LongestName
                || !names.Add(layer.Name))
            {
                throw new NetworkDefinitionException($"The layer at index {index} is named " +
                    $"'{Quotation.Of(layer.Name ?? "")}'; names must be unique, not empty, and of at most " +
                    $"{NetworkLimits.LongestName} characters.");
            }
            if (names.Count > NetworkLimits.MostLayers)
            {
                throw new NetworkDefinitionException(
                    Invariant($"The network has more than {NetworkLimits.MostLayers:N0} layers."));
            }
            CheckNames(layer.Inner, names, nesting + 1);
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
