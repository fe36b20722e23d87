using Microsoft.ML.Spiking.Numerics.Threading;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>
/// Whether leaves of trees become inputs of a table's network: where few trees predict rows that were not trained on
/// better than the features' receptive fields do one by one; where rows are many, no worse. Elsewhere leaves, which
/// know the labels of few training rows, mislead the network.
/// </summary>
internal static class TreeChoice
{
    private const int TriedTrees = 64;

    // Trees of each class whose leaves become inputs. Of few rows the later ones know single rows.
    private const int Rounds = 64, RoundsOfFewRows = 32;

    private const int MostTrees = 128;

    // Of more classes each would have three rounds of trees or fewer.
    private const int MostClasses = 16;

    // A row whose label has a probability of 95 % is known: how much surer a model is of it does not count.
    private const double LeastLoss = 0.05;

    // Where rows are few, trees must be better by the standard error and by a tenth of the loss.
    private const double LeastErrors = 1, LeastShare = 0.1;

    // Where they are many, trees may be worse by two standard errors.
    private const double MostErrors = 2;

    /// <summary>
    /// Returns the number of trees whose leaves become inputs: 32 or 64 of each class, of two classes of one, but at
    /// most 128.
    /// </summary>
    /// <param name="isSmall">Whether rows are few.</param>
    /// <param name="classes">Number of classes.</param>
    public static int TreesFor(bool isSmall, int classes) =>
        Math.Min(MostTrees, (isSmall ? RoundsOfFewRows : Rounds) * (classes == 2 ? 1 : classes));

    /// <summary>Returns the leaves that are worth it; null for none.</summary>
    /// <param name="train">Rows to fit on.</param>
    /// <param name="held">Rows that are not trained on.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="fields">The receptive fields of the features.</param>
    /// <param name="isSmall">Whether rows are few: the trees must then be better, else no worse.</param>
    /// <param name="seed">Draws the order of the rows.</param>
    /// <param name="inform">Receives what was found.</param>
    /// <param name="team">The threads; what is found does not depend on their number.</param>
    /// <param name="token">Cancels.</param>
    public static TreeConstants? Of(RowSample train, RowSample held, int classes, PopulationConstants fields,
        bool isSmall, int seed, Action<string> inform, WorkerTeam team, CancellationToken token)
    {
        if (classes is < 2 or > MostClasses || held.Count < 2)
        {
            return null;
        }
        (BoostedTrees trees, double[] ofFields) = Both(team,
            () => BoostedTrees.Fit(train, classes, TriedTrees, team, token),
            () => FieldRegression.Fit(train, classes, fields, seed, token).Losses(held));
        double[] ofTrees = trees.Losses(held);
        (double gain, double error) = Difference(ofFields, ofTrees, held.Weights);
        double lossOfTrees = Mean(ofTrees, held.Weights), lossOfFields = Mean(ofFields, held.Weights);
        string losses = Invariant($"{TriedTrees} trees predict the rows held out with a log loss of ") +
            Invariant($"{lossOfTrees:0.000}, the features one by one with {lossOfFields:0.000}");
        double least = isSmall ? Math.Max(LeastErrors * error, LeastShare * lossOfFields) : -MostErrors * error;
        int used = TreesFor(isSmall, classes);
        if (gain > least)
        {
            trees.Grow(used, team, token);
        }
        TreeConstants? leaves = trees.Leaves(used);
        if (gain <= least || leaves is null)
        {
            inform($"{losses}: the network gets no leaves of trees, because they " +
                (leaves is null ? "have none." : isSmall ? "are not clearly better." : "are clearly worse."));
            return null;
        }
        inform(Invariant($"{losses}: the {leaves.Leaves} leaves of {used} are inputs of the ") +
            "network, beside the features.");
        return leaves;
    }

    /// <summary>Returns the results of two calls, which run at the same time where there are threads.</summary>
    private static (TFirst First, TSecond Second) Both<TFirst, TSecond>(
        WorkerTeam team, Func<TFirst> first, Func<TSecond> second)
    {
        if (team.Size <= 1)
        {
            return (first(), second());
        }
        var other = Task.Run(second);
        try
        {
            return (first(), other.GetAwaiter().GetResult());
        }
        finally
        {
            Task.WaitAny(other); // whatever has happened here
        }
    }

    /// <summary>
    /// Returns the weighted mean difference of rows' losses, of which none counts as below 0.05, and its standard
    /// error.
    /// </summary>
    internal static (double Mean, double Error) Difference(double[] first, double[] second, float[] weights)
    {
        double[] differences = [.. first.Zip(second, (a, b) => Math.Max(a, LeastLoss) - Math.Max(b, LeastLoss))];
        double mean = Mean(differences, weights), sum = weights.Sum(weight => (double)weight), squares = 0;
        for (int row = 0; row < differences.Length; row++)
        {
            double part = weights[row] * (differences[row] - mean);
            squares += part * part;
        }
        return (mean, Math.Sqrt(squares * differences.Length / (differences.Length - 1)) / sum);
    }

    private static double Mean(double[] values, float[] weights) =>
        values.Zip(weights, (value, weight) => value * weight).Sum() / weights.Sum(weight => (double)weight);
}
