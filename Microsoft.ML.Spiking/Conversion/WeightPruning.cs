using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Conversion;

/// <summary>
/// Magnitude pruning: the weights of linear layers and convolutions that are closest to 0 become 0. Source: Han et al.,
/// "Learning both Weights and Connections for Efficient Neural Networks", NIPS 2015, arXiv 1506.02626.
/// </summary>
internal static class WeightPruning
{
    /// <summary>Returns the network's arrays with fewer weights that are not 0.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="sparsity">The share that is to be 0, from 0 up to, but not including, 1.</param>
    /// <param name="scope">Among which weights the smallest are looked for.</param>
    public static NetworkWeights Apply(
        NetworkDefinition network, NetworkWeights weights, double sparsity, PruningScope scope)
    {
        float[][] pruned =
        [
            .. network.Parameters.Where(spec => spec.Role == ParameterRole.Weight)
                .Select(spec => (float[])weights[spec.Name].Array.Clone()),
        ];
        foreach (float[][] together in scope == PruningScope.Network ? [pruned] : pruned.Select(one => new[] { one }))
        {
            Prune(together, sparsity);
        }
        int next = 0;
        return new(network, network.Parameters.Select(spec => spec.Role == ParameterRole.Weight
            ? new WeightArray(spec.Name, spec.Shape, pruned[next++]) : weights[spec.Name]));
    }

    /// <summary>Counts the weights of each layer, and those that are 0.</summary>
    public static IReadOnlyList<LayerSparsity> Count(NetworkDefinition network, NetworkWeights weights) =>
    [
        .. network.Parameters.Where(spec => spec.Role == ParameterRole.Weight).Select(spec => new LayerSparsity
        {
            Layer = spec.Name[..spec.Name.LastIndexOf('.')],
            Weights = spec.Size,
            Zeros = weights[spec.Name].Array.LongCount(value => value == 0),
        }),
    ];

    private static void Prune(float[][] arrays, double sparsity)
    {
        var places = new (int Array, int Index)[arrays.Sum(array => array.Length)];
        float[] sizes = new float[places.Length];
        int next = 0;
        for (int a = 0; a < arrays.Length; a++)
        {
            for (int i = 0; i < arrays[a].Length; i++)
            {
                sizes[next] = Math.Abs(arrays[a][i]);
                places[next++] = (a, i);
            }
        }
        Array.Sort(sizes, places);
        foreach ((int array, int index) in places.AsSpan(0, (int)(sparsity * places.Length)))
        {
            arrays[array][index] = 0;
        }
    }
}
