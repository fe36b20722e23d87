using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks.Plans;

/// <summary>
/// The binding of plans one after the other: each to the signal that leaves the one before. Layers are named by their
/// kind and a number that counts through the whole network: conv1, norm1, neuron1, conv2, ... and output.
/// </summary>
/// <param name="binding">The data's shape and the options' values.</param>
internal sealed class LayerComposer(NetworkBinding binding)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public NetworkBinding Binding { get; } = binding;

    /// <summary>Composes the network of those layers and a fully connected readout.</summary>
    /// <param name="binding">The data's shape and the options' values.</param>
    /// <param name="shape">The input shape of the network: the data's, or that of a vector of as many values.</param>
    /// <param name="plans">The layers.</param>
    /// <param name="readout">One output for each class; an image that arrives there becomes a vector before.</param>
    /// <exception cref="NetworkDefinitionException">The layers do not fit; the message names the layer.</exception>
    public static NetworkDefinition Compose(
        NetworkBinding binding, IReadOnlyList<int> shape, IEnumerable<LayerPlan> plans, LinearPlan readout)
    {
        var composer = new LayerComposer(binding);
        Signal input = binding.InputLayers.Aggregate(
            binding.Input with { Shape = shape }, (signal, layer) => layer.Infer(signal));
        List<Layer> layers = composer.Bind(plans.Append(new FlattenPlan()), input, out Signal signal);
        layers.Add(readout.Bind(signal, "output"));
        layers.InsertRange(0, binding.InputLayers);
        return new(shape, binding.TimeSteps, binding.Encoder, layers, binding.ClassCount, binding.HasTimeAxis,
            binding.PixelOrder);
    }

    /// <summary>Returns a name that no other layer of the network has.</summary>
    public string Name(string kind) => $"{kind}{_numbers[kind] = _numbers.GetValueOrDefault(kind) + 1}";

    /// <summary>Binds plans to the signal that arrives, and returns their layers.</summary>
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
