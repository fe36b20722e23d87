using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks.Plans;

/// <summary>The values that a template is bound to: the data's shape and class count, and options.</summary>
/// <param name="InputShape">The shape of one time step of a row.</param>
/// <param name="ClassCount">Number of classes.</param>
/// <param name="TimeSteps">Number of time steps.</param>
/// <param name="Encoder">How a row becomes the current of every time step.</param>
/// <param name="Neuron">The neuron of every hidden layer.</param>
/// <param name="Dropout">The part of the hidden values that is dropped in training; 0 for none.</param>
internal sealed record NetworkBinding(
    IReadOnlyList<int> InputShape,
    int ClassCount,
    int TimeSteps,
    InputEncoder Encoder,
    NeuronDefinition Neuron,
    double Dropout)
{
    /// <summary>Gets whether a row brings all its time steps.</summary>
    public bool HasTimeAxis { get; init; }

    /// <summary>Gets the order of an image's values in a row before it is read.</summary>
    public PixelOrder PixelOrder { get; init; }

    /// <summary>Gets the values over which batch normalizations take their statistics.</summary>
    public BatchNormMode BatchNorm { get; init; }

    /// <summary>Gets the first layer's scale and shift; null for no such layer.</summary>
    public InputNormalization? InputNormalization { get; init; }

    /// <summary>Gets the number of receptive fields of each feature; null without population coding.</summary>
    public IReadOnlyList<int>? Fields { get; init; }

    /// <summary>Gets the leaves of trees behind the features, before the receptive fields; null for none.</summary>
    public TreeLayer? Trees { get; init; }

    /// <summary>Gets the part of the input's values that is dropped in training; 0 for none.</summary>
    public double InputDropout { get; init; }

    /// <summary>
    /// Gets the layer that normalizes the features or has their receptive fields, and dropout behind it, or none.
    /// </summary>
    public IEnumerable<Layer> InputLayers =>
    [
        .. Trees is not null ? [Trees] : Enumerable.Empty<Layer>(),
        .. Fields is not null ? [new PopulationLayer(PopulationLayer.InputName, Fields)]
            : InputNormalization is null ? Enumerable.Empty<Layer>()
            : [new AffineLayer(AffineLayer.InputName, InputNormalization.PairsFor(InputShape))],
        .. InputDropout > 0 ? [new DropoutLayer(InputDropoutName, InputDropout)] : Enumerable.Empty<Layer>(),
    ];

    private const string InputDropoutName = "inputDropout";

    /// <summary>Gets the signal that arrives at the first layer.</summary>
    public Signal Input => new(InputShape, HasTimeAxis ? SignalKind.Graded : Encoder.OutputKind);
}
