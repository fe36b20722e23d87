using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Layers;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// One layer of a <see cref="NetworkDefinition"/>, all sizes known. The set is closed: whatever walks a network
/// (training, scoring, export) names the layers it does not support.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AffineLayer), "affine")]
[JsonDerivedType(typeof(LinearLayer), "linear")]
[JsonDerivedType(typeof(ConvolutionLayer), "convolution")]
[JsonDerivedType(typeof(BatchNormLayer), "batchNorm")]
[JsonDerivedType(typeof(NeuronLayer), "neuron")]
[JsonDerivedType(typeof(AveragePoolLayer), "averagePool")]
[JsonDerivedType(typeof(MaxPoolLayer), "maxPool")]
[JsonDerivedType(typeof(AdaptiveAveragePoolLayer), "adaptiveAveragePool")]
[JsonDerivedType(typeof(FlattenLayer), "flatten")]
[JsonDerivedType(typeof(DropoutLayer), "dropout")]
[JsonDerivedType(typeof(ResidualLayer), "residual")]
public abstract record Layer
{
    private protected Layer(string name) => Name = name;

    /// <summary>Unique within the network; the prefix of the layer's arrays.</summary>
    public string Name { get; }

    /// <summary>The arrays that this layer needs; without those of the layers inside it.</summary>
    internal virtual IEnumerable<ParameterSpec> Parameters => [];

    /// <summary>The layers inside this one.</summary>
    internal virtual IEnumerable<Layer> Inner => [];

    /// <summary>This layer, then the layers inside it, at any depth, in order.</summary>
    internal IEnumerable<Layer> SelfAndInner
    {
        get
        {
            yield return this;
            foreach (Layer inner in Inner)
            {
                foreach (Layer layer in inner.SelfAndInner)
                {
                    yield return layer;
                }
            }
        }
    }

    /// <summary>What leaves the layer when <paramref name="input"/> arrives.</summary>
    /// <exception cref="NetworkDefinitionException">The layer cannot take that input, or its own values are out of range.</exception>
    internal abstract Signal Infer(Signal input);

    private protected NetworkDefinitionException Fault(string message) => new($"Layer '{Name}': {message}");

    private protected NetworkDefinitionException NotAnImage(Signal input) =>
        Fault($"expects an image, [channels, height, width], and is given {input}.");

    private protected NetworkDefinitionException TooSmall(string what, Signal input) =>
        Fault($"{what} does not fit on {input}; the image is too small for the network's strides.");

    /// <summary>The signal after windows have moved over each channel.</summary>
    private protected Signal Pool(Window window, Signal input)
    {
        if (window.Fault() is string fault)
        {
            throw Fault(fault);
        }
        if (input.Shape is not [int channels, int height, int width])
        {
            throw NotAnImage(input);
        }
        return window.Over(height, width) is Extent places
            ? input with { Shape = [channels, places.Height, places.Width] }
            : throw TooSmall($"a window of {window}", input);
    }
}
