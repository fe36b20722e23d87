using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Folding;

namespace Microsoft.ML.Spiking.Conversion;

/// <summary>
/// Folds normalizations and constant affine layers into the weights of the linear layer or convolution before them.
/// Those behind something else, such as the addition of a residual layer, stay.
/// </summary>
internal static class BatchNormFolding
{
    /// <summary>Returns a network with the same scores, to rounding, and fewer layers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    public static (NetworkDefinition Network, NetworkWeights Weights) Apply(
        NetworkDefinition network, NetworkWeights weights)
    {
        Dictionary<string, WeightArray> arrays = weights.ToDictionary(array => array.Name, StringComparer.Ordinal);
        var folded = new NetworkDefinition(network.InputShape, network.TimeSteps, network.Encoder,
            Fold(network.Layers, weights, arrays), network.ClassCount, network.HasTimeAxis, network.PixelOrder);
        return (folded, new(folded, folded.Parameters.Select(spec => arrays[spec.Name])));
    }

    private static List<Layer> Fold(
        IReadOnlyList<Layer> layers, NetworkWeights weights, Dictionary<string, WeightArray> arrays)
    {
        List<Layer> result = [];
        for (int i = 0; i < layers.Count; i++)
        {
            switch (layers[i])
            {
                case ResidualLayer residual:
                    result.Add(new ResidualLayer(residual.Name, Fold(residual.Main, weights, arrays),
                        Fold(residual.Shortcut, weights, arrays)));
                    break;
                case WeightedLayer weighted:
                    int outputs = weighted.WeightShape[0];
                    ChannelAffine then = ChannelAffine.Identity(outputs);
                    while (i + 1 < layers.Count
                        && ChannelAffine.Of(layers[i + 1], weights, outputs) is ChannelAffine next)
                    {
                        then = then.Then(next);
                        i++;
                    }
                    result.Add(then.IsIdentity ? weighted : WithFolded(weighted, then, weights, arrays));
                    break;
                default:
                    result.Add(layers[i]);
                    break;
            }
        }
        return result;
    }

    private static Layer WithFolded(WeightedLayer layer, ChannelAffine then, NetworkWeights weights,
        Dictionary<string, WeightArray> arrays)
    {
        float[]? bias = layer.HasBias ? weights[layer.BiasName].Array : null;
        FoldedWeights folded = FoldedWeights.Of(weights[layer.WeightName].Array, bias, then);
        arrays[layer.WeightName] = new(layer.WeightName, layer.WeightShape, folded.Weight);
        arrays[layer.BiasName] = new(layer.BiasName, [layer.WeightShape[0]], folded.Bias);
        return layer switch
        {
            LinearLayer linear => new LinearLayer(linear.Name, linear.Inputs, linear.Outputs)
            {
                InitialWeights = linear.InitialWeights,
                ZeroBias = linear.ZeroBias,
            },
            ConvolutionLayer convolution => new ConvolutionLayer(convolution.Name, convolution.InputChannels,
                convolution.OutputChannels, convolution.Kernel, convolution.Stride, convolution.Padding,
                convolution.Groups)
            {
                InitialWeights = convolution.InitialWeights,
                ZeroBias = convolution.ZeroBias,
            },
            _ => throw new NotSupportedException(
                $"Layer '{layer.Name}' is a {layer.GetType().Name}, into which nothing can be folded."),
        };
    }
}
