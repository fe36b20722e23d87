namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>The best split of each node of a level: the one that lowers the loss most, by its second order.</summary>
/// <param name="first">The level's first node.</param>
/// <param name="count">Its nodes.</param>
/// <param name="ridge">Added to a node's curvature.</param>
/// <param name="leastRows">Rows that each side must have.</param>
internal sealed class BinSplits(int first, int count, double ridge, int leastRows)
{
    private const double LeastGain = 1e-6;

    private readonly double[] _gains = [.. Enumerable.Repeat(LeastGain, count)];
    private readonly (int Feature, int Bin)?[] _best = new (int, int)?[count];
    private readonly BinSum[] _sums = new BinSum[count * FeatureBins.Most];

    /// <summary>
    /// Returns the feature that splits the node, and the first bin of its upper side; null for no split.
    /// </summary>
    public (int Feature, int Bin)? Of(int node) => _best[node - first];

    /// <summary>Looks for the splits.</summary>
    /// <param name="bins">The rows.</param>
    /// <param name="nodes">The node of each row; those before the level are leaves.</param>
    /// <param name="gradient">[rows].</param>
    /// <param name="curvature">[rows].</param>
    public void Find(FeatureBins bins, byte[] nodes, double[] gradient, double[] curvature)
    {
        for (int feature = 0; feature < bins.Codes.Length; feature++)
        {
            int borders = bins.Borders[feature].Length;
            if (borders == 0)
            {
                continue;
            }
            Array.Clear(_sums);
            byte[] codes = bins.Codes[feature];
            for (int row = 0; row < nodes.Length; row++)
            {
                int place = nodes[row] - first;
                if (place >= 0)
                {
                    ref BinSum sum = ref _sums[(place * FeatureBins.Most) + codes[row]];
                    sum.Slope += gradient[row];
                    sum.Bend += curvature[row];
                    sum.Rows++;
                }
            }
            for (int place = 0; place < count; place++)
            {
                Choose(feature, place, _sums.AsSpan(place * FeatureBins.Most, borders + 1));
            }
        }
    }

    private void Choose(int feature, int place, ReadOnlySpan<BinSum> sums)
    {
        BinSum all = default;
        foreach (ref readonly BinSum sum in sums)
        {
            all.Add(sum);
        }
        double whole = all.Score(ridge);
        BinSum below = default;
        for (int bin = 1; bin < sums.Length; bin++)
        {
            below.Add(sums[bin - 1]);
            BinSum above = all;
            above.Take(below);
            if (below.Rows < leastRows || above.Rows < leastRows)
            {
                continue;
            }
            double gain = below.Score(ridge) + above.Score(ridge) - whole;
            if (gain > _gains[place])
            {
                (_gains[place], _best[place]) = (gain, (feature, bin));
            }
        }
    }

    private struct BinSum
    {
        public double Slope;
        public double Bend;
        public int Rows;

        public void Add(in BinSum other)
        {
            Slope += other.Slope;
            Bend += other.Bend;
            Rows += other.Rows;
        }

        public void Take(in BinSum other)
        {
            Slope -= other.Slope;
            Bend -= other.Bend;
            Rows -= other.Rows;
        }

        public readonly double Score(double ridge) => Slope * Slope / (Bend + ridge);
    }
}
