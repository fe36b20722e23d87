using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Networks.Layers;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// A network with all its sizes, as data: immutable, without weights, written as JSON into the model. Training,
/// scoring and export each walk it. The last layer's values at each time step are the logits; their mean over the
/// time steps goes through a softmax.
/// </summary>
public sealed class NetworkDefinition
{
    private readonly Signal[] _signals;

    /// <summary>Creates a network and checks that its layers fit.</summary>
    /// <param name="inputShape">The shape of a row, without time: [features] or [channels, height, width].</param>
    /// <param name="timeSteps">Number of time steps T; at least 1.</param>
    /// <param name="encoder">How a row becomes the current of every time step.</param>
    /// <param name="layers">The layers in order; the last gives one value for each class.</param>
    /// <param name="classCount">Number of classes; at least 2.</param>
    /// <exception cref="NetworkDefinitionException">The layers do not fit; the message names the layer.</exception>
    [JsonConstructor]
    public NetworkDefinition(
        IReadOnlyList<int> inputShape, int timeSteps, InputEncoder encoder, IReadOnlyList<Layer> layers, int classCount)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(layers);
        InputShape = [.. inputShape];
        TimeSteps = timeSteps;
        Encoder = encoder;
        Layers = [.. layers];
        ClassCount = classCount;
        _signals = InferSignals();
        Parameters = [.. Layers.SelectMany(layer => layer.Parameters)];
    }

    /// <summary>The shape of a row, without time.</summary>
    public IReadOnlyList<int> InputShape { get; }

    /// <summary>Number of time steps T.</summary>
    public int TimeSteps { get; }

    /// <summary>How a row becomes the current of every time step.</summary>
    public InputEncoder Encoder { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>The arrays that the network needs, in the order of the layers.</summary>
    [JsonIgnore]
    internal IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>Number of values in a row.</summary>
    [JsonIgnore]
    internal int InputSize => InputSignal.Size;

    [JsonIgnore]
    internal Signal InputSignal => new(InputShape, Encoder.OutputKind);

    /// <summary>What leaves the layer of that index.</summary>
    internal Signal OutputOf(int layer) => _signals[layer];

    /// <summary>What arrives at the layer of that index.</summary>
    internal Signal InputOf(int layer) => layer == 0 ? InputSignal : _signals[layer - 1];

    private Signal[] InferSignals()
    {
        if (InputShape.Count == 0 || InputShape.Any(length => length < 1))
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
        var names = new HashSet<string>(StringComparer.Ordinal);
        var signals = new Signal[Layers.Count];
        Signal signal = InputSignal;
        for (int i = 0; i < signals.Length; i++)
        {
            Layer layer = Layers[i] ?? throw new NetworkDefinitionException($"The layer at index {i} is null.");
            if (string.IsNullOrEmpty(layer.Name) || !names.Add(layer.Name))
            {
                throw new NetworkDefinitionException(
                    $"The layer at index {i} is named '{layer.Name}'; names must be unique and not empty.");
            }
            signal = signals[i] = layer.Infer(signal);
        }
        if (signal.Shape is not [int classes] || classes != ClassCount)
        {
            throw new NetworkDefinitionException(
                $"The network ends in {signal}, but {ClassCount} classes need a vector of {ClassCount} values.");
        }
        return signals;
    }
}
