using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// The biases that need not be added in training: those of layers right before a batch normalization, also at the ends
/// of a residual layer before one, so that a normalization absorbs two at most. They do not change what it makes of a
/// batch, but its running mean.
/// </summary>
internal sealed class AbsorbedBiases
{
    private readonly Dictionary<string, IReadOnlyList<WeightedLayer>> _byNorm = new(StringComparer.Ordinal);
    private readonly HashSet<string> _layers = new(StringComparer.Ordinal);

    /// <summary>Gets that of a network of which no bias is absorbed.</summary>
    public static AbsorbedBiases None { get; } = new();

    /// <summary>Finds them.</summary>
    public static AbsorbedBiases Of(NetworkDefinition network)
    {
        var result = new AbsorbedBiases();
        result.Add(network.Layers);
        return result;
    }

    /// <summary>Returns whether a batch normalization absorbs the bias of a layer.</summary>
    public bool Has(Layer layer) => _layers.Contains(layer.Name);

    /// <summary>Returns the names of the biases that a batch normalization absorbs.</summary>
    public IReadOnlyList<string> Of(BatchNormLayer norm) =>
        [.. _byNorm.GetValueOrDefault(norm.Name, []).Select(layer => layer.BiasName)];

    private void Add(IReadOnlyList<Layer> layers)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            if (layers[i] is ResidualLayer residual)
            {
                Add(residual.Main);
                Add(residual.Shortcut);
            }
            if (i > 0 && layers[i] is BatchNormLayer norm)
            {
                IReadOnlyList<Layer> before = layers[i - 1] is ResidualLayer ends
                    ? [.. ends.Main.TakeLast(1), .. ends.Shortcut.TakeLast(1)] : [layers[i - 1]];
                WeightedLayer[] absorbed =
                [
                    .. before.Where(layer => layer is ConvolutionLayer or LinearLayer).Cast<WeightedLayer>()
                        .Where(layer => layer.HasBias),
                ];
                _byNorm[norm.Name] = absorbed;
                _layers.UnionWith(absorbed.Select(layer => layer.Name));
            }
        }
    }
}
