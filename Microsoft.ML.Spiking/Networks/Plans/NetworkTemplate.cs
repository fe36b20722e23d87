using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A network before the data is known: a list of layers, each as large as what arrives at it, and a fully connected
/// readout. Training binds it to the data's shape and class count and to the options' time steps, neuron and encoder;
/// the result is a <see cref="NetworkDefinition"/>. Where a layer that needs a vector is given an image, a layer must
/// flatten it; before the readout that happens automatically.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Mlp), "mlp")]
[JsonDerivedType(typeof(ConvNet), "convNet")]
[JsonDerivedType(typeof(SpikingVgg), "spikingVgg")]
[JsonDerivedType(typeof(SpikingResNet), "spikingResNet")]
[JsonDerivedType(typeof(Snn5), "snn5")]
[JsonDerivedType(typeof(VggSnn), "vggSnn")]
[JsonDerivedType(typeof(SpikingRecurrent), "spikingRecurrent")]
[JsonDerivedType(typeof(RecurrentMlp), "recurrentMlp")]
[JsonDerivedType(typeof(FeedbackMlp), "feedbackMlp")]
[JsonDerivedType(typeof(LayeredNetwork), "layered")]
public abstract record NetworkTemplate
{
    private protected NetworkTemplate() { }

    /// <summary>Returns the network for that data.</summary>
    /// <param name="binding">The data's shape and class count, and the options' values.</param>
    /// <exception cref="NetworkDefinitionException">
    /// The template does not fit the data, or the network is too large; the message names the layer.
    /// </exception>
    internal NetworkDefinition Bind(NetworkBinding binding)
    {
        try
        {
            return LayerComposer.Compose(binding, InputShape(binding), Plan(), Readout(binding.ClassCount));
        }
        catch (NetworkDefinitionException exception) when (exception.NeedsImage && binding.InputShape.Count != 3)
        {
            throw new NetworkDefinitionException($"{exception.Message} The features have the shape " +
                $"{Shapes.Text(binding.InputShape)}; where they are images, say so with the options' InputShape, " +
                "as in [1, 28, 28].", exception);
        }
    }

    /// <summary>Returns one sentence for every value that is out of its range.</summary>
    internal abstract IEnumerable<string> Faults();

    /// <summary>Returns the layers before the readout.</summary>
    private protected abstract IEnumerable<LayerPlan> Plan();

    /// <summary>Returns the input shape of the network: that of the data, unless it is taken as a vector.</summary>
    private protected virtual IReadOnlyList<int> InputShape(NetworkBinding binding) => binding.InputShape;

    private protected virtual LinearPlan Readout(int classCount) => new(classCount);
}
