using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks.Folding;

/// <summary>
/// A network whose spikes are 0 and 1 instead of 0 and a height, or the reverse, with the same scores: heights go into
/// the weights that spikes arrive at. Where none follow before two paths are added or values are normalized, a layer
/// that multiplies is put in.
/// </summary>
internal sealed class SpikeHeights
{
    private readonly NetworkWeights _weights;
    private readonly Func<NeuronLayer, double> _factorOf;
    private readonly Func<NeuronLayer, NeuronDefinition> _neuronOf;
    private readonly Dictionary<string, WeightArray> _arrays = new(StringComparer.Ordinal);

    private SpikeHeights(
        NetworkWeights weights, Func<NeuronLayer, double> factorOf, Func<NeuronLayer, NeuronDefinition> neuronOf)
    {
        (_weights, _factorOf, _neuronOf) = (weights, factorOf, neuronOf);
    }

    /// <summary>Exchanges the neurons of a network for some with spikes of another height.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="neuronOf">The new neuron of a layer.</param>
    /// <param name="factorOf">The height of the old neuron's spikes over that of the new one's.</param>
    /// <returns>The new network; learned values of its neurons have their initial values.</returns>
    public static (NetworkDefinition Network, NetworkWeights Weights) Exchange(
        NetworkDefinition network, NetworkWeights weights, Func<NeuronLayer, NeuronDefinition> neuronOf,
        Func<NeuronLayer, double> factorOf)
    {
        var heights = new SpikeHeights(weights, factorOf, neuronOf);
        (List<Layer> layers, double factor) = heights.Walk(network.Layers, 1);
        heights.Settle(layers, factor, "output");
        NetworkDefinition exchanged = network.With(layers);
        return (exchanged, new(exchanged, exchanged.Parameters.Select(spec => heights._arrays[spec.Name])));
    }

    private (List<Layer> Layers, double Factor) Walk(IReadOnlyList<Layer> layers, double factor)
    {
        var result = new List<Layer>();
        foreach (Layer layer in layers)
        {
            switch (layer)
            {
                case WeightedLayer weighted:
                    Take(weighted, factor, weighted.WeightName);
                    factor = 1;
                    break;
                case AffineLayer affine:
                    Take(affine, factor, affine.ScaleName);
                    factor = 1;
                    break;
                case AveragePoolLayer or AdaptiveAveragePoolLayer or MaxPoolLayer or FlattenLayer or DropoutLayer:
                    break;
                case ResidualLayer residual:
                    (List<Layer> main, double ofMain) = Walk(residual.Main, factor);
                    (List<Layer> shortcut, double ofShortcut) = Walk(residual.Shortcut, factor);
                    Settle(main, ofMain, $"{residual.Name}.main");
                    Settle(shortcut, ofShortcut, $"{residual.Name}.shortcut");
                    result.Add(new ResidualLayer(residual.Name, main, shortcut));
                    factor = 1;
                    continue;
                case NeuronLayer neurons:
                    Settle(result, factor, neurons.Name);
                    factor = _factorOf(neurons);
                    var exchanged = new NeuronLayer(neurons.Name, _neuronOf(neurons));
                    foreach (LearnedScalar scalar in exchanged.Neuron.LearnedScalars)
                    {
                        string name = exchanged.ArrayName(scalar);
                        _arrays.Add(name, new(name, [1], [(float)scalar.Initial]));
                    }
                    result.Add(exchanged);
                    continue;
                default:
                    Settle(result, factor, layer.Name);
                    factor = 1;
                    Take(layer, 1, scaled: null);
                    break;
            }
            result.Add(layer);
        }
        return (result, factor);
    }

    /// <summary>Takes over a layer's arrays, one of them times a factor.</summary>
    private void Take(Layer layer, double factor, string? scaled)
    {
        foreach (ParameterSpec spec in layer.Parameters)
        {
            WeightArray array = _weights[spec.Name];
            _arrays.Add(spec.Name, spec.Name != scaled || factor == 1
                ? array
                : new(spec.Name, spec.Shape, [.. array.Array.Select(value => (float)(value * factor))]));
        }
    }

    private void Settle(List<Layer> layers, double factor, string name)
    {
        if (factor == 1)
        {
            return;
        }
        var height = new AffineLayer($"{name}.height", 1);
        _arrays.Add(height.ScaleName, new(height.ScaleName, [1], [(float)factor]));
        _arrays.Add(height.ShiftName, new(height.ShiftName, [1], [0]));
        layers.Add(height);
    }
}
