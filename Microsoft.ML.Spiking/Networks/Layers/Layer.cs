using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Layers;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// One layer of a <see cref="NetworkDefinition"/>, all sizes known. The set is closed: everything that walks a network
/// (training, scoring, export) names the layers that it does not support.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AffineLayer), "affine")]
[JsonDerivedType(typeof(PopulationLayer), "population")]
[JsonDerivedType(typeof(TreeLayer), "trees")]
[JsonDerivedType(typeof(LinearLayer), "linear")]
[JsonDerivedType(typeof(ConvolutionLayer), "convolution")]
[JsonDerivedType(typeof(BatchNormLayer), "batchNorm")]
[JsonDerivedType(typeof(NeuronLayer), "neuron")]
[JsonDerivedType(typeof(RecurrentLayer), "recurrent")]
[JsonDerivedType(typeof(GatedRecurrentLayer), "gatedRecurrent")]
[JsonDerivedType(typeof(FeedbackLayer), "feedback")]
[JsonDerivedType(typeof(AveragePoolLayer), "averagePool")]
[JsonDerivedType(typeof(MaxPoolLayer), "maxPool")]
[JsonDerivedType(typeof(AdaptiveAveragePoolLayer), "adaptiveAveragePool")]
[JsonDerivedType(typeof(FlattenLayer), "flatten")]
[JsonDerivedType(typeof(DropoutLayer), "dropout")]
[JsonDerivedType(typeof(ResidualLayer), "residual")]
[JsonDerivedType(typeof(RestorationLayer), "restoration")]
public abstract class Layer
{
    private protected Layer(string name) => Name = name;

    /// <summary>Gets the name: unique within the network, at most 128 characters, the prefix of the arrays.</summary>
    public string Name { get; }

    /// <summary>Gets the arrays that this layer needs; without those of the layers inside it.</summary>
    internal virtual IEnumerable<ParameterSpec> Parameters => [];

    /// <summary>Gets whether spikes, or values of units, are counted in training under the layer's name.</summary>
    internal virtual bool HasNeurons => false;

    /// <summary>Gets whether what leaves the layer returns to it: not every walk knows such layers.</summary>
    internal virtual bool IsRecurrent => false;

    /// <summary>Gets the layers inside this one.</summary>
    internal virtual IEnumerable<Layer> Inner => [];

    /// <summary>Gets this layer, then the layers inside it, at any depth, in order.</summary>
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

    /// <summary>Returns the signal that leaves the layer when <paramref name="input"/> arrives.</summary>
    /// <exception cref="NetworkDefinitionException">
    /// The layer cannot take that input, its own values are out of range, or it is larger than
    /// <see cref="NetworkLimits"/> allows.
    /// </exception>
    internal Signal Infer(Signal input)
    {
        Signal output = OutputFor(input);
        long values = Shapes.LongSize(output.Shape);
        if (values > NetworkLimits.MostValues)
        {
            throw Fault(Invariant($"gives {values:N0} values at each time step; at most ") +
                Invariant($"{NetworkLimits.MostValues:N0} are possible."));
        }
        CheckArrays(input);
        return output;
    }

    /// <summary>
    /// Checks the sizes of the layer's arrays. Without weights they are no longer than what leaves the layer.
    /// </summary>
    private protected virtual void CheckArrays(Signal input)
    {
    }

    /// <summary>Returns what the layer costs for a row.</summary>
    /// <param name="input">The signal that arrives.</param>
    /// <param name="output">What <see cref="Infer"/> gave for it.</param>
    /// <param name="steps">Time steps that are computed.</param>
    internal virtual LayerCost CostOf(Signal input, Signal output, int steps) =>
        new(Shapes.Product(output.Size, steps), 0);

    /// <summary>Returns the signal that leaves the layer, without checking its size.</summary>
    private protected abstract Signal OutputFor(Signal input);

    private protected NetworkDefinitionException Fault(string message) =>
        new($"Layer '{Quotation.Of(Name)}': {message}");

    private protected NetworkDefinitionException NotAnImage(Signal input) =>
        new($"Layer '{Quotation.Of(Name)}': expects an image, [channels, height, width], and is given {input}.")
        {
            NeedsImage = true,
        };

    private protected NetworkDefinitionException TooSmall(string subject, Signal input) =>
        Fault($"{subject} does not fit on {input}; the image is too small for the network's strides.");

    /// <summary>Returns the places that a window takes on an image of known size.</summary>
    /// <param name="window">The window.</param>
    /// <param name="subject">What it is called in a message.</param>
    /// <param name="input">The image.</param>
    /// <param name="channels">Channels that the window sees at once.</param>
    private protected Extent Places(Window window, string subject, Signal input, int channels)
    {
        int height = input.Shape[1], width = input.Shape[2];
        long padded = window.PaddedPixels(height, width);
        if (Shapes.Product(padded, channels) > NetworkLimits.MostWorkingValues)
        {
            throw Fault(Invariant($"{subject} of {window} makes an image of {padded:N0} pixels, {channels:N0} ") +
                Invariant($"channels each, of {input}; at most {NetworkLimits.MostWorkingValues:N0} values are ") +
                "possible. Lower the padding.");
        }
        return window.Over(height, width) ?? throw TooSmall($"{subject} of {window}", input);
    }

    /// <summary>Returns the signal after windows have moved over each channel.</summary>
    private protected Signal Pool(Window window, Signal input)
    {
        if (window.Fault() is string fault)
        {
            throw Fault(fault);
        }
        if (input.Shape is not [int channels, _, _])
        {
            throw NotAnImage(input);
        }
        Extent places = Places(window, "a window", input, channels);
        return input with { Shape = [channels, places.Height, places.Width] };
    }
}
