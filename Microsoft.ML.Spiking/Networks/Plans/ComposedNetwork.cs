using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking;

/// <summary>
/// A template that is a list of layers, each as large as what arrives at it, and a fully connected readout. Where the
/// readout, or a layer that needs a vector, is given an image, a layer must flatten it; before the readout that is done
/// by itself.
/// </summary>
public abstract record ComposedNetwork : NetworkTemplate
{
    private protected ComposedNetwork() { }

    /// <inheritdoc/>
    public sealed override NetworkDefinition Bind(NetworkBinding binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        try
        {
            return LayerComposer.Compose(binding, Plan(), Readout(binding.ClassCount));
        }
        catch (NetworkDefinitionException exception) when (binding.InputShape.Count != 3)
        {
            throw new NetworkDefinitionException($"{exception.Message} The features have the shape " +
                $"[{string.Join(", ", binding.InputShape)}]; where they are images, say so with the options' InputShape, " +
                "as in [1, 28, 28].", exception);
        }
    }

    /// <summary>The layers before the readout.</summary>
    private protected abstract IEnumerable<LayerPlan> Plan();

    private protected virtual LinearPlan Readout(int classCount) => new(classCount);
}
