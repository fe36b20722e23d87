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
    private readonly HashSet<string> _sources = new(StringComparer.Ordinal);

    /// <summary>Gets those of a network of which none is taken as such.</summary>
    public static SpikeConvolutions None { get; } = new();

    /// <summary>Finds them.</summary>
    public static SpikeConvolutions Of(NetworkDefinition network)
    {
        var result = new SpikeConvolutions();
        _ = result.Add(network.Layers, areSpikes: false, source: null);
        return result;
    }

    /// <summary>Returns the magnitude of a convolution's gradient; null if it does not see spikes.</summary>
    public GradientMagnitude? Of(ConvolutionLayer layer) => _byConvolution.GetValueOrDefault(layer.Name);

    /// <summary>Returns the magnitude that a batch normalization tells; null if no such convolution needs it.</summary>
    public GradientMagnitude? Of(BatchNormLayer layer) => _byNorm.GetValueOrDefault(layer.Name);

    /// <summary>Returns whether such a convolution sees the spikes of neurons, perhaps pooled, as they are.</summary>
    public bool Feeds(NeuronLayer layer) => _sources.Contains(layer.Name);

    // Source: the neurons of which spikes come as they are, if they do. Returns whether spikes leave the layers.
    private bool Add(IReadOnlyList<Layer> layers, bool areSpikes, string? source)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            if (layers[i] is ConvolutionLayer convolution && areSpikes)
            {
                _byConvolution[convolution.Name] = new(readers: 1);
                if (source is not null)
                {
                    _sources.Add(source);
                }
            }
            if (i > 0 && layers[i] is BatchNormLayer norm)
            {
                Share(norm, layers[i - 1] is ResidualLayer ends
                    ? [.. ends.Main.TakeLast(1), .. ends.Shortcut.TakeLast(1)] : [layers[i - 1]]);
            }
            areSpikes = layers[i] switch
            {
                NeuronLayer neuron => neuron.Neuron is ClifNeuron or LifNeuron or PlifNeuron or KlifNeuron or IfNeuron,
                ResidualLayer residual =>
                    Add(residual.Main, areSpikes, source) & Add(residual.Shortcut, areSpikes, source),
                AveragePoolLayer or MaxPoolLayer or AdaptiveAveragePoolLayer or DropoutLayer => areSpikes,
                _ => false,
            };
            source = layers[i] is NeuronLayer giver ? giver.Name : layers[i] is AveragePoolLayer ? source : null;
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
