using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>The leaves of a <see cref="TreeLayer"/>, fitted on the training rows.</summary>
/// <param name="Conditions">Conditions of a leaf.</param>
/// <param name="Features">The feature of each condition, those of the first leaf first.</param>
/// <param name="Lowest">[leaves, conditions].</param>
/// <param name="Highest">[leaves, conditions].</param>
internal sealed record TreeConstants(int Conditions, IReadOnlyList<int> Features, float[] Lowest, float[] Highest)
{
    private readonly int[] _features = [.. Features];

    public int Leaves => _features.Length / Conditions;

    /// <summary>Returns the leaves of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weights">The network's arrays.</param>
    public static TreeConstants Of(TreeLayer layer, NetworkWeights weights) =>
        new(layer.Conditions, layer.Features, weights[layer.LowestName].Array, weights[layer.HighestName].Array);

    /// <summary>Writes a row's features, and its leaves behind them.</summary>
    /// <param name="row">[features].</param>
    /// <param name="values">[features + leaves].</param>
    public void Apply(ReadOnlySpan<float> row, Span<float> values)
    {
        row.CopyTo(values);
        for (int leaf = 0, first = 0; leaf < Leaves; leaf++, first += Conditions)
        {
            values[row.Length + leaf] = Holds(row, first) ? 1 : 0;
        }
    }

    private bool Holds(ReadOnlySpan<float> row, int first)
    {
        for (int i = first; i < first + Conditions; i++)
        {
            float value = row[_features[i]];
            if (!(value >= Lowest[i] && value < Highest[i]))
            {
                return false;
            }
        }
        return true;
    }
}
