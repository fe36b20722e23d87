using Microsoft.ML.Spiking.Numerics.Threading;

namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>One tree of three levels: node i has the children 2 i + 1 (below the threshold) and 2 i + 2.</summary>
internal sealed class BoostedTree
{
    /// <summary>Rows that each side of a split has at least.</summary>
    public const int LeastRows = 20;

    private const int Levels = 3, Inner = (1 << Levels) - 1, None = -1;

    private readonly int[] _features = [.. Enumerable.Repeat(None, Inner)];
    private readonly float[] _thresholds = new float[Inner];
    private readonly double[] _values = new double[(2 * Inner) + 1];

    private BoostedTree()
    {
    }

    /// <summary>Fits a tree, and adds its values to the scores.</summary>
    /// <param name="bins">The rows.</param>
    /// <param name="gradient">The first derivative of each row's loss by its score.</param>
    /// <param name="curvature">The second.</param>
    /// <param name="rate">The part of a leaf's best value that it gets.</param>
    /// <param name="ridge">Added to the curvature of a leaf.</param>
    /// <param name="scores">[rows].</param>
    /// <param name="team">The threads; the tree does not depend on their number.</param>
    public static BoostedTree Fit(FeatureBins bins, double[] gradient, double[] curvature, double rate, double ridge,
        double[] scores, WorkerTeam team)
    {
        var tree = new BoostedTree();
        byte[] nodes = new byte[bins.Rows];
        for (int level = 0; level < Levels; level++)
        {
            int first = (1 << level) - 1;
            var splits = new BinSplits(first, 1 << level, ridge, LeastRows);
            splits.Find(bins, nodes, gradient, curvature, team);
            for (int node = first; node < (2 * first) + 1; node++)
            {
                if (splits.Of(node) is var (feature, bin))
                {
                    (tree._features[node], tree._thresholds[node]) = (feature, bins.Borders[feature][bin - 1]);
                }
            }
            for (int row = 0; row < nodes.Length; row++)
            {
                if (nodes[row] >= first && splits.Of(nodes[row]) is var (feature, bin))
                {
                    nodes[row] = (byte)((2 * nodes[row]) + (bins.Codes[feature][row] >= bin ? 2 : 1));
                }
            }
        }
        tree.SetValues(nodes, gradient, curvature, rate, ridge);
        for (int row = 0; row < nodes.Length; row++)
        {
            scores[row] += tree._values[nodes[row]];
        }
        return tree;
    }

    /// <summary>Returns what the tree adds to a row's score.</summary>
    public double Value(ReadOnlySpan<float> row)
    {
        int node = 0;
        while (node < Inner && _features[node] != None)
        {
            node = (2 * node) + (row[_features[node]] >= _thresholds[node] ? 2 : 1);
        }
        return _values[node];
    }

    /// <summary>Returns the conditions of each leaf; none for a tree of one leaf.</summary>
    public IEnumerable<LeafConditions> Leaves() =>
        _features[0] == None ? [] : Leaves(0, LeafConditions.Empty);

    private IEnumerable<LeafConditions> Leaves(int node, LeafConditions conditions)
    {
        if (node >= Inner || _features[node] == None)
        {
            return [conditions];
        }
        (int feature, float threshold) = (_features[node], _thresholds[node]);
        return Leaves((2 * node) + 1, conditions.Below(feature, threshold))
            .Concat(Leaves((2 * node) + 2, conditions.From(feature, threshold)));
    }

    private void SetValues(byte[] nodes, double[] gradient, double[] curvature, double rate, double ridge)
    {
        double[] slopes = new double[_values.Length], bends = new double[_values.Length];
        for (int row = 0; row < nodes.Length; row++)
        {
            slopes[nodes[row]] += gradient[row];
            bends[nodes[row]] += curvature[row];
        }
        for (int node = 0; node < _values.Length; node++)
        {
            _values[node] = -rate * slopes[node] / (bends[node] + ridge);
        }
    }
}
