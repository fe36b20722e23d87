using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Autograd;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// The convolutions of a network that see spikes of 0 and 1, or their means and sums, and what batch normalizations
/// behind them tell about the gradient; see <see cref="HalfWeightOperation"/>.
/// </summary>
internal sealed class SpikeConvolutions
{
    private readonly Dictionary<string, GradientMagnitude> _byConvolution = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GradientMagnitude> _byNorm = new(StringComparer.Ordinal);

    /// <summary>Gets those of a network of which none is taken as such.</summary>
    public static SpikeConvolutions None { get; } = new();

    /// <summary>Finds them.</summary>
    public static SpikeConvolutions Of(NetworkDefinition network)
    {
        var result = new SpikeConvolutions();
        _ = result.Add(network.Layers, areSpikes: false);
        return result;
    }

    /// <summary>Returns the magnitude of a convolution's gradient; null if it does not see spikes.</summary>
    public GradientMagnitude? Of(ConvolutionLayer layer) => _byConvolution.GetValueOrDefault(layer.Name);

    /// <summary>Returns the magnitude that a batch normalization tells; null if no such convolution needs it.</summary>
    public GradientMagnitude? Of(BatchNormLayer layer) => _byNorm.GetValueOrDefault(layer.Name);

    // Returns whether spikes leave the layers.
    private bool Add(IReadOnlyList<Layer> layers, bool areSpikes)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            if (layers[i] is ConvolutionLayer convolution && areSpikes)
            {
                _byConvolution[convolution.Name] = new(readers: 1);
            }
            if (i > 0 && layers[i] is BatchNormLayer norm)
            {
                Share(norm, layers[i - 1] is ResidualLayer ends
                    ? [.. ends.Main.TakeLast(1), .. ends.Shortcut.TakeLast(1)] : [layers[i - 1]]);
            }
            areSpikes = layers[i] switch
            {
                NeuronLayer neuron => neuron.Neuron is ClifNeuron or LifNeuron or PlifNeuron or KlifNeuron or IfNeuron,
                ResidualLayer residual => Add(residual.Main, areSpikes) & Add(residual.Shortcut, areSpikes),
                AveragePoolLayer or MaxPoolLayer or AdaptiveAveragePoolLayer or DropoutLayer => areSpikes,
                _ => false,
            };
        }
        return areSpikes;
    }

    private void Share(BatchNormLayer norm, IEnumerable<Layer> before)
    {
        string[] names =
        [
            .. before.OfType<ConvolutionLayer>().Select(layer => layer.Name).Where(_byConvolution.ContainsKey),
        ];
        if (names.Length > 0)
        {
            _byNorm[norm.Name] = new(names.Length);
            foreach (string name in names)
            {
                _byConvolution[name] = _byNorm[norm.Name];
            }
        }
    }
}
