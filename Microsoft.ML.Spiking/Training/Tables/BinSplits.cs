using Microsoft.ML.Spiking.Numerics.Threading;

namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>The best split of each node of a level: the one that lowers the loss most, by its second order.</summary>
/// <param name="first">The level's first node.</param>
/// <param name="count">Its nodes.</param>
/// <param name="ridge">Added to a node's curvature.</param>
/// <param name="leastRows">Rows that each side must have.</param>
internal sealed class BinSplits(int first, int count, double ridge, int leastRows)
{
    private const double LeastGain = 1e-6;
    private const int ValuesInChunk = 1 << 15;

    private readonly Split?[] _best = new Split?[count];

    /// <summary>
    /// Returns the feature that splits the node, and the first bin of its upper side; null for no split.
    /// </summary>
    public (int Feature, int Bin)? Of(int node) => _best[node - first] is { } split ? (split.Feature, split.Bin) : null;

    /// <summary>Looks for the splits.</summary>
    /// <param name="bins">The rows.</param>
    /// <param name="nodes">The node of each row; those before the level are leaves.</param>
    /// <param name="gradient">[rows].</param>
    /// <param name="curvature">[rows].</param>
    /// <param name="team">The threads; the splits do not depend on their number.</param>
    public void Find(FeatureBins bins, byte[] nodes, double[] gradient, double[] curvature, WorkerTeam team)
    {
        var totals = new BinSum[count];
        for (int row = 0; row < nodes.Length; row++)
        {
            int place = nodes[row] - first;
            if (place >= 0)
            {
                totals[place].Add(gradient[row], curvature[row]);
            }
        }
        int features = bins.Codes.Length;
        var found = new Split?[features * count];
        SharedItems.Run(features, Math.Max(1, ValuesInChunk / nodes.Length), team, (from, to) =>
        {
            var sums = new BinSum[count * FeatureBins.Most];
            for (int feature = from; feature < to; feature++)
            {
                int width = bins.Borders[feature].Length + 1;
                if (width == 1)
                {
                    continue;
                }
                Array.Clear(sums, 0, count * width);
                AddUp(bins, feature, nodes, gradient, curvature, sums, totals);
                for (int place = 0; place < count; place++)
                {
                    found[(feature * count) + place] =
                        Best(feature, sums.AsSpan(place * width, width), totals[place]);
                }
            }
        });
        for (int i = 0; i < found.Length; i++)
        {
            if (found[i] is { } split && split.Gain > (_best[i % count]?.Gain ?? LeastGain))
            {
                _best[i % count] = split; // of equal ones the first feature's
            }
        }
    }

    /// <summary>Adds up the rows of each bin of a feature.</summary>
    private void AddUp(FeatureBins bins, int feature, byte[] nodes, double[] gradient, double[] curvature,
        BinSum[] sums, BinSum[] totals)
    {
        byte[] codes = bins.Codes[feature];
        int width = bins.Borders[feature].Length + 1;
        if (bins.Rare[feature] is not var (common, rows))
        {
            for (int row = 0; row < nodes.Length; row++)
            {
                int place = nodes[row] - first;
                if (place >= 0)
                {
                    sums[(place * width) + codes[row]].Add(gradient[row], curvature[row]);
                }
            }
            return;
        }
        foreach (int row in rows)
        {
            int place = nodes[row] - first;
            if (place >= 0)
            {
                sums[(place * width) + codes[row]].Add(gradient[row], curvature[row]);
            }
        }
        for (int place = 0; place < count; place++)
        {
            BinSum rest = totals[place];
            for (int bin = 0; bin < width; bin++)
            {
                rest.Take(sums[(place * width) + bin]); // that of the common bin is still 0
            }
            sums[(place * width) + common] = rest;
        }
    }

    private Split? Best(int feature, ReadOnlySpan<BinSum> sums, in BinSum all)
    {
        Split? best = null;
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
            if (gain > (best?.Gain ?? LeastGain))
            {
                best = new(gain, feature, bin);
            }
        }
        return best;
    }

    /// <summary>A split of a node.</summary>
    /// <param name="Gain">By how much it lowers the loss.</param>
    /// <param name="Feature">The feature.</param>
    /// <param name="Bin">The first bin of the upper side.</param>
    private readonly record struct Split(double Gain, int Feature, int Bin);

    private struct BinSum
    {
        public double Slope;
        public double Bend;
        public int Rows;

        public void Add(double slope, double bend)
        {
            Slope += slope;
            Bend += bend;
            Rows++;
        }

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
