using Microsoft.ML.Spiking.Networks.Definition;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>What a template is bound to: the data's shape and class count, and the options that live elsewhere.</summary>
/// <param name="InputShape">The shape of one time step of a row.</param>
/// <param name="ClassCount">Number of classes.</param>
/// <param name="TimeSteps">Number of time steps.</param>
/// <param name="Encoder">How a row becomes the current of every time step.</param>
/// <param name="Neuron">The neuron of every hidden layer.</param>
/// <param name="Dropout">The part of the hidden values that is dropped in training; 0 for none.</param>
public sealed record NetworkBinding(
    IReadOnlyList<int> InputShape,
    int ClassCount,
    int TimeSteps,
    InputEncoder Encoder,
    NeuronDefinition Neuron,
    double Dropout)
{
    /// <summary>Whether a row brings all its time steps.</summary>
    public bool HasTimeAxis { get; init; }

    /// <summary>How images lie in a row before it is read. Default <see cref="PixelOrder.Planar"/>.</summary>
    public PixelOrder PixelOrder { get; init; }

    /// <summary>Over what batch normalizations take their statistics. Default <see cref="BatchNormMode.PerTimeStep"/>.</summary>
    public BatchNormMode BatchNorm { get; init; }

    /// <summary>What the first layer does to the features; null (the default) for no such layer.</summary>
    public InputNormalization? InputNormalization { get; init; }

    /// <summary>The layer that normalizes the features, or none.</summary>
    internal IEnumerable<AffineLayer> InputLayers => InputNormalization is null
        ? []
        : [new AffineLayer(AffineLayer.InputName, InputNormalization.PairsFor(InputShape))];

    /// <summary>What arrives at the first layer.</summary>
    internal Signal Input => new(InputShape, HasTimeAxis ? SignalKind.Graded : Encoder.OutputKind);
}
