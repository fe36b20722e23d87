using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Import;

/// <summary>The arrays of another program's file as those of a network.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="template">The network.</param>
/// <param name="names">What its arrays are called in the file.</param>
/// <param name="options">What the file does not say.</param>
internal sealed class WeightImport(
    string path, NetworkTemplate template, WeightNames names, WeightImportOptions options)
{
    private const string Prefix = "module.", Counter = "num_batches_tracked";

    /// <summary>Returns the network and its arrays.</summary>
    /// <param name="arrays">The file's.</param>
    /// <param name="normalization">The arrays of the layer that normalizes the input; none without one.</param>
    /// <exception cref="FormatException">Names or shapes do not fit, or a value is not finite.</exception>
    public (NetworkDefinition Network, NetworkWeights Weights) Network(
        IReadOnlyList<StoredArray> arrays, IEnumerable<WeightArray> normalization)
    {
        Dictionary<string, StoredArray> stored = ByName(arrays);
        NetworkDefinition network = template.Bind(options.Binding(options.ClassCount ?? ClassCount(stored)));
        Dictionary<string, string> map = names.Of(template, network);
        List<WeightArray> weights = [.. normalization];
        foreach (ParameterSpec spec in network.Parameters.Where(spec => map.ContainsKey(spec.Name)))
        {
            weights.Add(Array(spec, map[spec.Name], stored));
        }
        string[] rest = [.. stored.Keys.Except(map.Values, StringComparer.Ordinal)];
        if (rest.Length > 0)
        {
            throw new FormatException(Invariant($"'{path}' has {rest.Length} arrays that the network does not have, ") +
                $"such as {string.Join(", ", rest.Take(3).Select(name => $"'{Quotation.Of(name)}'"))}: this is not " +
                "the network that was saved.");
        }
        return (network, new NetworkWeights(network, weights));
    }

    private Dictionary<string, StoredArray> ByName(IReadOnlyList<StoredArray> arrays)
    {
        int skipped = arrays.All(array => array.Name.StartsWith(Prefix, StringComparison.Ordinal)) ? Prefix.Length : 0;
        var stored = new Dictionary<string, StoredArray>(StringComparer.Ordinal);
        foreach (StoredArray array in arrays)
        {
            string name = array.Name[skipped..];
            if (name.Split('.')[^1] != Counter && !stored.TryAdd(name, array))
            {
                throw new FormatException($"'{path}' has two arrays '{Quotation.Of(name)}'.");
            }
        }
        return stored;
    }

    private int ClassCount(Dictionary<string, StoredArray> stored)
    {
        NetworkDefinition some = template.Bind(options.Binding(classCount: 2));
        string readout = names.Of(template, some)[((LinearLayer)some.Layers[^1]).WeightName];
        StoredArray array = Find(((LinearLayer)some.Layers[^1]).WeightName, readout, stored);
        return array.Shape.Count == 2 ? array.Shape[0] : throw new FormatException(
            $"'{path}' has the array '{readout}', the readout's weights, in the shape {Shapes.Text(array.Shape)}; " +
            "two lengths are needed, [classes, values].");
    }

    private WeightArray Array(ParameterSpec spec, string name, Dictionary<string, StoredArray> stored)
    {
        StoredArray array = Find(spec.Name, name, stored);
        bool isScalar = array.Shape.Count == 0 && Shapes.LongSize(spec.Shape) == 1;
        if (!isScalar && !Shapes.AreEqual(array.Shape, spec.Shape))
        {
            throw new FormatException($"'{path}' has the array '{Quotation.Of(name)}' in the shape " +
                $"{Shapes.Text(array.Shape)}; the network's '{spec.Name}' has the shape {Shapes.Text(spec.Shape)}.");
        }
        float[] values = array.Read();
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new FormatException($"'{path}' has a value in '{Quotation.Of(name)}' that is not finite in " +
                    "single precision.");
            }
        }
        return new WeightArray(spec.Name, spec.Shape, values);
    }

    private StoredArray Find(string own, string name, Dictionary<string, StoredArray> stored) =>
        stored.TryGetValue(name, out StoredArray? array) ? array : throw new FormatException(
            $"'{path}' has no array '{Quotation.Of(name)}', which the network's '{own}' is; the nearest names in it " +
            $"are {NearestNames.Of(name, stored.Keys)}. Other names are given by {nameof(WeightNames)}.");
}
