using System.Text.Json;
using Microsoft.ML.Spiking.Import;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The names of a network's arrays in another program's file. Each name here, such as "conv1.weight", stands for one
/// there, such as "layer1.0.weight". A prefix "module." that all names in the file share is ignored.
/// </summary>
public sealed class WeightNames
{
    private readonly Func<NetworkTemplate, NetworkDefinition, IReadOnlyDictionary<string, string>> _layers;

    private WeightNames(Func<NetworkTemplate, NetworkDefinition, IReadOnlyDictionary<string, string>> layers) =>
        _layers = layers;

    /// <summary>
    /// Creates names. A layer or array that is not among them has the same name there as here.
    /// </summary>
    /// <param name="names">
    /// From the name of a layer here, such as "conv1", or of one of its arrays, "conv1.weight", to the name there. A
    /// layer's arrays are then called like it, with a dot and weight, bias, running_mean, running_var, or what a neuron
    /// learns.
    /// </param>
    public WeightNames(IReadOnlyDictionary<string, string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var copy = names.ToDictionary(StringComparer.Ordinal);
        _layers = (_, _) => copy;
    }

    /// <summary>Gets the names of this library.</summary>
    public static WeightNames Unchanged { get; } = new(new Dictionary<string, string>());

    /// <summary>
    /// Gets the names of the layers in a torch.nn.Sequential: "0", "1" and so on, over all layers of the network but
    /// those that normalize its input.
    /// </summary>
    public static WeightNames Sequential { get; } = new((_, network) => LayerNames.Sequential(network));

    /// <summary>
    /// Gets the names of the CLIF authors' code, for <see cref="SpikingResNet"/>, <see cref="SpikingVgg"/>,
    /// <see cref="Snn5"/> and <see cref="VggSnn"/>.
    /// </summary>
    /// <remarks>Source: https://github.com/HuuYuLong/Complementary-LIF, folder models.</remarks>
    public static WeightNames ComplementaryLif { get; } = new(LayerNames.ComplementaryLif);

    /// <summary>
    /// Gets the names of SpikingJelly's spiking ResNets, where the network has residual layers, and else of its VGG
    /// networks: features and classifier. Both are written with a <see cref="NetworkBuilder"/>.
    /// </summary>
    /// <remarks>Source: https://github.com/fangwei123456/spikingjelly, activation_based/model.</remarks>
    public static WeightNames SpikingJelly { get; } = new((_, network) => LayerNames.SpikingJelly(network));

    /// <summary>Reads names from a file: a JSON object from names here to names there.</summary>
    /// <param name="path">Such as a file with { "conv1": "stem.0", "norm1": "stem.1", "output": "head" }.</param>
    /// <exception cref="FormatException">The file is no such JSON.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WeightNames FromJson(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            return new WeightNames(JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path))
                ?? throw new JsonException("The file is null."));
        }
        catch (JsonException exception)
        {
            throw new FormatException($"'{path}' has no names of weights: a JSON object of strings is needed, as in " +
                $"{{\"conv1\": \"stem.0\"}}. {Quotation.OfSentence(exception.Message)}");
        }
    }

    /// <summary>
    /// Returns the name in the file of each array of the network, but for the normalization of the input.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A given name is that of no layer and no array, or the names are not for such a network.
    /// </exception>
    internal Dictionary<string, string> Of(NetworkTemplate template, NetworkDefinition network)
    {
        IReadOnlyDictionary<string, string> given = _layers(template, network);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var unused = new HashSet<string>(given.Keys, StringComparer.Ordinal);
        foreach (Layer layer in network.AllLayers.Where(layer => layer.Name != AffineLayer.InputName))
        {
            unused.Remove(layer.Name);
            foreach (ParameterSpec spec in layer.Parameters)
            {
                string array = spec.Name[(layer.Name.Length + 1)..];
                names[spec.Name] = given.TryGetValue(spec.Name, out string? whole) ? whole
                    : given.TryGetValue(layer.Name, out string? prefix) ? $"{prefix}.{array}" : spec.Name;
                unused.Remove(spec.Name);
            }
        }
        return unused.Count == 0 ? names : throw new ArgumentException(
            $"The network has no layer and no array '{Quotation.Of(unused.First())}'; the nearest are " +
            $"{NearestNames.Of(unused.First(), network.AllLayers.Select(layer => layer.Name).Concat(names.Keys))}.");
    }
}
