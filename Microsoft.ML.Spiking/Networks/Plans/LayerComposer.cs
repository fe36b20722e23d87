using Microsoft.ML.Spiking.Networks.Definition;


namespace Microsoft.ML.Spiking.Networks.Plans;

/// <summary>
/// Binds plans one after the other: each to what leaves the one before. Layers are named by their kind and a number
/// that counts through the whole network: conv1, norm1, neuron1, conv2, ... and output.
/// </summary>
/// <param name="binding">The data's shape and what the options say.</param>
internal sealed class LayerComposer(NetworkBinding binding)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public NetworkBinding Binding { get; } = binding;

    /// <summary>The network of those layers and a fully connected readout.</summary>
    /// <param name="binding">The data's shape and what the options say.</param>
    /// <param name="plans">The layers.</param>
    /// <param name="readout">One output for each class; an image that arrives there becomes a vector before.</param>
    /// <exception cref="NetworkDefinitionException">The layers do not fit; the message names the layer.</exception>
    public static NetworkDefinition Compose(NetworkBinding binding, IEnumerable<LayerPlan> plans, LinearPlan readout)
    {
        var composer = new LayerComposer(binding);
        List<Layer> layers = composer.Bind(plans.Append(new FlattenPlan()), binding.Input, out Signal signal);
        layers.Add(readout.Bind(signal, "output"));
        layers.InsertRange(0, binding.InputLayers);
        return new(binding.InputShape, binding.TimeSteps, binding.Encoder, layers, binding.ClassCount, binding.HasTimeAxis,
            binding.PixelOrder);
    }

    /// <summary>A name that no other layer of the network has.</summary>
    public string Name(string kind) => $"{kind}{_numbers[kind] = _numbers.GetValueOrDefault(kind) + 1}";

    /// <summary>The layers for what arrives, and what leaves them.</summary>
    /// <exception cref="NetworkDefinitionException">A layer does not fit; the message names it.</exception>
    public List<Layer> Bind(IEnumerable<LayerPlan> plans, Signal input, out Signal output)
    {
        var layers = new List<Layer>();
        output = input;
        foreach (LayerPlan plan in plans)
        {
            if (plan.Bind(output, this) is Layer layer)
            {
                layers.Add(layer);
                output = layer.Infer(output);
            }
        }
        return layers;
    }
}
