using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>The values that arrive at a layer and leave it.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Input">The arriving signal.</param>
/// <param name="Output">The leaving signal.</param>
internal sealed record LayerSignals(Layer Layer, Signal Input, Signal Output)
{
    /// <summary>
    /// Returns the layers of a network in their order, those inside residual layers in place of these.
    /// </summary>
    public static IReadOnlyList<LayerSignals> Of(NetworkDefinition network)
    {
        List<LayerSignals> all = [];
        Follow(network.Layers, network.InputSignal, all);
        return all;
    }

    private static void Follow(IEnumerable<Layer> layers, Signal input, List<LayerSignals> all)
    {
        Signal signal = input;
        foreach (Layer layer in layers)
        {
            if (layer is ResidualLayer residual)
            {
                Follow(residual.Main, signal, all);
                Follow(residual.Shortcut, signal, all);
            }
            Signal output = layer.Infer(signal);
            if (layer is not ResidualLayer)
            {
                all.Add(new(layer, signal, output));
            }
            signal = output;
        }
    }
}
