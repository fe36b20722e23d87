using System.Globalization;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Import;

/// <summary>The names of layers in other programs, by what those programs count.</summary>
internal static class LayerNames
{
    /// <summary>Returns those of a torch.nn.Sequential.</summary>
    public static Dictionary<string, string> Sequential(NetworkDefinition network) => network.Layers
        .Where(layer => layer.Name != AffineLayer.InputName)
        .Select((layer, index) => (layer.Name, Number: Text(index)))
        .ToDictionary(pair => pair.Name, pair => pair.Number, StringComparer.Ordinal);

    /// <summary>Returns those of the CLIF authors' code.</summary>
    /// <exception cref="ArgumentException">The template is none of theirs.</exception>
    public static Dictionary<string, string> ComplementaryLif(NetworkTemplate template, NetworkDefinition network) =>
        template switch
        {
            SpikingResNet => Residual(network, isPreActivated: true),
            SpikingVgg => GroupedVgg(network),
            Snn5 or VggSnn => Features(network),
            _ => throw new ArgumentException($"{nameof(WeightNames)}.{nameof(WeightNames.ComplementaryLif)} are the " +
                $"names of {nameof(SpikingResNet)}, {nameof(SpikingVgg)}, {nameof(Snn5)} and {nameof(VggSnn)}, and " +
                $"the network is a {template.GetType().Name}."),
        };

    /// <summary>Returns those of SpikingJelly's models.</summary>
    public static Dictionary<string, string> SpikingJelly(NetworkDefinition network) =>
        network.Layers.Any(layer => layer is ResidualLayer)
            ? Residual(network, isPreActivated: false) : FeaturesAndClassifier(network);

    // Groups layer1 to layer4 of blocks: a group begins where a shortcut has a convolution. What stands before a
    // block's convolutions (pre-activated) or behind them belongs to the block.
    private static Dictionary<string, string> Residual(NetworkDefinition network, bool isPreActivated)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        Layer[] layers = [.. network.Layers.Where(layer => layer.Name != AffineLayer.InputName)];
        (int group, int block) = (0, 0);
        for (int i = 0; i < layers.Length; i++)
        {
            if (layers[i] is not ResidualLayer residual)
            {
                AddOutside(names, layers[i], isPreActivated ? "linear" : "fc");
                continue;
            }
            (group, block) = group == 0 || residual.Shortcut.Count > 0 ? (group + 1, 0) : (group, block + 1);
            string prefix = $"layer{Text(group)}.{Text(block)}.";
            if (isPreActivated)
            {
                foreach (Layer before in layers[Math.Max(0, i - 2)..i])
                {
                    AddTo(names, before, $"{prefix}bn1", $"{prefix}relu1");
                }
            }
            (int convolutions, int norms, int neurons) = (0, isPreActivated ? 1 : 0, isPreActivated ? 1 : 0);
            foreach (Layer layer in residual.Main)
            {
                switch (layer)
                {
                    case ConvolutionLayer:
                        names[layer.Name] = $"{prefix}conv{Text(++convolutions)}";
                        break;
                    case BatchNormLayer:
                        names[layer.Name] = $"{prefix}bn{Text(++norms)}";
                        break;
                    case NeuronLayer:
                        names[layer.Name] = $"{prefix}{(isPreActivated ? "relu" : "sn")}{Text(++neurons)}";
                        break;
                    default:
                        break;
                }
            }
            for (int j = 0; j < residual.Shortcut.Count; j++)
            {
                names[residual.Shortcut[j].Name] =
                    isPreActivated ? $"{prefix}shortcut" : $"{prefix}downsample.{Text(j)}";
            }
            if (!isPreActivated && i + 1 < layers.Length && layers[i + 1] is NeuronLayer after)
            {
                names[after.Name] = $"{prefix}sn{Text(neurons + 1)}";
                i++;
            }
        }
        return names;
    }

    private static void AddOutside(Dictionary<string, string> names, Layer layer, string readout)
    {
        if (layer is ConvolutionLayer)
        {
            names[layer.Name] = "conv1";
        }
        else if (layer is LinearLayer)
        {
            names[layer.Name] = readout;
        }
        else
        {
            AddTo(names, layer, "bn1", readout == "fc" ? "sn1" : "relu1");
        }
    }

    private static void AddTo(Dictionary<string, string> names, Layer layer, string norm, string neuron)
    {
        if (layer is BatchNormLayer or NeuronLayer)
        {
            names[layer.Name] = layer is BatchNormLayer ? norm : neuron;
        }
    }

    // Groups layer1 to layer5 that end with a pooling. Convolution, normalization, neurons and dropout count, even a
    // dropout of rate 0.
    private static Dictionary<string, string> GroupedVgg(NetworkDefinition network)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        (int group, int index) = (1, 0);
        foreach (Layer layer in network.Layers)
        {
            switch (layer)
            {
                case ConvolutionLayer or BatchNormLayer:
                    names[layer.Name] = $"layer{Text(group)}.{Text(index++)}";
                    break;
                case NeuronLayer:
                    names[layer.Name] = $"layer{Text(group)}.{Text(index)}";
                    index += 2;
                    break;
                case AveragePoolLayer:
                    (group, index) = (group + 1, 0);
                    break;
                case LinearLayer:
                    names[layer.Name] = "classifier.1";
                    break;
                default:
                    break;
            }
        }
        return names;
    }

    // One module for a convolution with its normalization and neurons, one for a pooling.
    private static Dictionary<string, string> Features(NetworkDefinition network)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        int index = 0;
        foreach (Layer layer in network.Layers)
        {
            switch (layer)
            {
                case ConvolutionLayer:
                    names[layer.Name] = $"features.{Text(index)}.fwd.0";
                    break;
                case BatchNormLayer:
                    names[layer.Name] = $"features.{Text(index)}.fwd.1";
                    break;
                case NeuronLayer:
                    names[layer.Name] = $"features.{Text(index++)}.act";
                    break;
                case AveragePoolLayer:
                    index++;
                    break;
                case LinearLayer:
                    names[layer.Name] = "classifier";
                    break;
                default:
                    break;
            }
        }
        return names;
    }

    // Every module before the flattening counts in features; behind it linear layers, neurons and their dropouts do,
    // even one of rate 0.
    private static Dictionary<string, string> FeaturesAndClassifier(NetworkDefinition network)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        (int features, int classifier) = (0, 0);
        bool isFlat = false;
        foreach (Layer layer in network.Layers.Where(layer => layer.Name != AffineLayer.InputName))
        {
            switch (layer)
            {
                case FlattenLayer:
                    isFlat = true;
                    break;
                case LinearLayer or NeuronLayer when isFlat:
                    names[layer.Name] = $"classifier.{Text(classifier)}";
                    classifier += layer is NeuronLayer ? 2 : 1;
                    break;
                case AdaptiveAveragePoolLayer or DropoutLayer:
                    break;
                default:
                    names[layer.Name] = $"features.{Text(features++)}";
                    break;
            }
        }
        return names;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
