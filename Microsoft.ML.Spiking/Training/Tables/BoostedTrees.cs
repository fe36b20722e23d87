using Microsoft.ML.Spiking.Numerics.Threading;

namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>
/// Decision trees of at most eight leaves, each fitted to what the trees before it leave to explain. Their leaves are
/// combinations of thresholds that a network finds late.
/// </summary>
/// <remarks>
/// Gradient boosting of the log loss by second derivatives on at most 64 bins of each feature (Chen and Guestrin,
/// "XGBoost", KDD 2016, arXiv 1603.02754): one tree in a round for two classes, else one for each class.
/// </remarks>
internal sealed class BoostedTrees
{
    private const double Rate = 0.2, Ridge = 1;

    private readonly int _classes;
    private readonly RowSample _rows;
    private readonly FeatureBins _bins;
    private readonly double[] _start;
    private readonly double[][] _scores; // [outputs][rows], of the trees so far
    private readonly List<BoostedTree> _trees = [];

    private BoostedTrees(RowSample rows, int classes)
    {
        (_rows, _classes) = (rows, classes);
        _bins = FeatureBins.Of(rows);
        _start = Start(rows, classes);
        _scores = [.. _start.Select(start => Enumerable.Repeat(start, rows.Count).ToArray())];
    }

    private int Outputs => _start.Length;

    /// <summary>Fits trees.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="trees">Their number, of all classes together; whole rounds, and at least one.</param>
    /// <param name="team">The threads; the trees do not depend on their number.</param>
    /// <param name="token">Checked before each round.</param>
    public static BoostedTrees Fit(RowSample rows, int classes, int trees, WorkerTeam team, CancellationToken token)
    {
        var model = new BoostedTrees(rows, classes);
        model.Grow(trees, team, token);
        return model;
    }

    /// <summary>Fits more trees.</summary>
    /// <param name="trees">Their number then, with those that there are; whole rounds.</param>
    /// <param name="team">The threads; the trees do not depend on their number.</param>
    /// <param name="token">Checked before each round.</param>
    public void Grow(int trees, WorkerTeam team, CancellationToken token)
    {
        double[] gradient = new double[_rows.Count], curvature = new double[_rows.Count];
        double[][] shares = [.. _scores.Select(own => new double[own.Length])];
        while (_trees.Count < Rounds(trees, Outputs) * Outputs)
        {
            token.ThrowIfCancellationRequested();
            Shares(shares);
            for (int output = 0; output < Outputs; output++)
            {
                double[] share = shares[output];
                for (int row = 0; row < gradient.Length; row++)
                {
                    double wanted = _rows.Labels[row] == ClassOf(output) ? 1 : 0;
                    gradient[row] = _rows.Weights[row] * (share[row] - wanted);
                    curvature[row] = _rows.Weights[row] * share[row] * (1 - share[row]);
                }
                _trees.Add(BoostedTree.Fit(_bins, gradient, curvature, Rate, Ridge, _scores[output], team));
            }
        }
    }

    /// <summary>Returns the log loss of each row.</summary>
    public double[] Losses(RowSample rows)
    {
        double[] losses = new double[rows.Count], scores = new double[_classes];
        for (int row = 0; row < losses.Length; row++)
        {
            Array.Clear(scores);
            for (int output = 0; output < Outputs; output++)
            {
                scores[ClassOf(output)] = _start[output];
            }
            for (int tree = 0; tree < _trees.Count; tree++)
            {
                scores[ClassOf(tree % Outputs)] += _trees[tree].Value(rows.Row(row));
            }
            losses[row] = LogLoss.Of(scores, rows.Labels[row]);
        }
        return losses;
    }

    /// <summary>Returns the leaves of those trees that have at least two; null if none has.</summary>
    /// <param name="trees">Of the first trees, as many as were fitted if this were their number; null for all.</param>
    public TreeConstants? Leaves(int? trees = null)
    {
        int count = trees is { } wanted ? Rounds(wanted, Outputs) * Outputs : _trees.Count;
        List<LeafConditions> leaves = [.. _trees.Take(count).SelectMany(tree => tree.Leaves())];
        if (leaves.Count == 0)
        {
            return null;
        }
        int conditions = leaves.Max(leaf => leaf.Count);
        var features = new List<int>();
        var lowest = new List<float>();
        var highest = new List<float>();
        foreach (LeafConditions leaf in leaves)
        {
            for (int i = 0; i < conditions; i++)
            {
                (int feature, float low, float high) = leaf[Math.Min(i, leaf.Count - 1)];
                features.Add(feature);
                lowest.Add(low);
                highest.Add(high);
            }
        }
        return new(conditions, features, [.. lowest], [.. highest]);
    }

    private static int Rounds(int trees, int outputs) => Math.Max(1, trees / outputs);

    // With two classes there is one output, the logit of the second.
    private int ClassOf(int output) => Outputs == 1 ? 1 : output;

    private static double[] Start(RowSample rows, int classes)
    {
        double[] counts = Enumerable.Repeat(1.0, classes).ToArray(); // one row more of each, for classes without any
        for (int row = 0; row < rows.Count; row++)
        {
            counts[rows.Labels[row]] += rows.Weights[row];
        }
        return classes == 2 ? [Math.Log(counts[1] / counts[0])] : [.. counts.Select(count => Math.Log(count))];
    }

    private void Shares(double[][] shares)
    {
        double[] own = new double[_classes];
        for (int row = 0; row < _rows.Count; row++)
        {
            for (int output = 0; output < Outputs; output++)
            {
                own[ClassOf(output)] = _scores[output][row];
            }
            LogLoss.Shares(own, own);
            for (int output = 0; output < Outputs; output++)
            {
                shares[output][row] = own[ClassOf(output)];
            }
            own[0] = 0;
        }
    }
}
