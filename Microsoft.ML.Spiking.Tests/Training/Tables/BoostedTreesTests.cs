using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Tables;

namespace Microsoft.ML.Spiking.Tests.Training.Tables;

/// <summary>Boosted trees: what they predict, and the leaves that they give the network.</summary>
[TestClass]
public sealed class BoostedTreesTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Fit_OneThreshold_IsTheRootOfTheFirstTree()
    {
        RowSample rows = Samples.Of(400, features: 3, row => row[1] >= 0.3f ? 1 : 0);

        TreeConstants leaves = Fit(rows, classes: 2, trees: 1).Leaves()!;

        float[] highest = [.. Limits(leaves, leaves.Highest, feature: 1).Where(limit => limit < float.MaxValue)];
        Assert.IsNotEmpty(highest);
        Assert.AreEqual(0.3f, highest.Min(limit => MathF.Abs(limit - 0.3f)) + 0.3f, 0.03f);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void Losses_CombinationOfThresholds_AreLowOnOtherRows(int classes)
    {
        int Label(ReadOnlySpan<float> row) =>
            row[0] >= 0 && row[1] < 0.2f ? classes - 1 : row[2] >= 0 ? 1 % classes : 0;
        RowSample rows = Samples.Of(2_000, features: 5, row => Label(row));

        BoostedTrees trees = Fit(rows, classes, trees: 64);

        double loss = trees.Losses(Samples.Of(500, features: 5, row => Label(row), seed: 2)).Average();
        Assert.IsLessThan(0.15, loss);
    }

    [TestMethod]
    public void Losses_LabelsAtRandom_AreThoseOfTheClassShares()
    {
        var random = new Random(3);
        RowSample rows = Samples.Of(4_000, features: 4, _ => random.Next(4) == 0 ? 1 : 0);

        double loss = Fit(rows, classes: 2, trees: 1).Losses(rows).Average();

        Assert.AreEqual(-((0.25 * Math.Log(0.25)) + (0.75 * Math.Log(0.75))), loss, 0.02);
    }

    [TestMethod]
    public void Fit_WeightedRows_CountAsOften()
    {
        RowSample rows = Samples.Of(3_000, features: 3, row => row[0] + row[1] >= 0 ? 1 : 0);
        // Few values, so that the bins are the same.
        rows = rows with { Values = [.. rows.Values.Select(value => MathF.Round(2 * value))] };
        RowSample repeated = rows with
        {
            Values = [.. rows.Values, .. rows.Values[..3_000]],
            Labels = [.. rows.Labels, .. rows.Labels[..1_000]],
            Weights = [.. rows.Weights, .. rows.Weights[..1_000]],
        };
        RowSample weighted = rows with { Weights = [.. rows.Weights.Select((_, row) => row < 1_000 ? 2f : 1f)] };

        double[] expected = Fit(repeated, classes: 2, trees: 4).Losses(rows);
        double[] actual = Fit(weighted, classes: 2, trees: 4).Losses(rows);

        Assert.AreEqual(0, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 1e-9);
        Assert.AreNotEqual(expected[0], Fit(rows, classes: 2, trees: 4).Losses(rows)[0], 1e-6);
    }

    [TestMethod]
    [DataRow(2, 5, 5 * 8)]
    [DataRow(3, 7, 6 * 8)] // whole rounds: two for each class
    [DataRow(3, 1, 3 * 8)] // and at least one
    public void Leaves_Trees_AreNoMoreThanWereAskedFor(int classes, int trees, int most)
    {
        RowSample rows = Samples.Of(900, features: 4, row => (int)MathF.Abs(row[0] * row[1] * 30) % classes);

        int leaves = Fit(rows, classes, trees).Leaves()!.Leaves;

        Assert.IsGreaterThan(most / 2, leaves);
        Assert.IsLessThanOrEqualTo(most, leaves);
    }

    [TestMethod]
    [DataRow(2, 5)]
    [DataRow(3, 7)]
    [DataRow(3, 1)]
    public void Leaves_OfTheFirstTrees_AreThoseOfFewerTrees(int classes, int trees)
    {
        RowSample rows = Samples.Of(900, features: 4, row => (int)MathF.Abs(row[0] * row[1] * 30) % classes);

        TreeConstants first = Fit(rows, classes, trees: 12).Leaves(trees)!, own = Fit(rows, classes, trees).Leaves()!;

        Assert.AreSequenceEqual(own.Features.ToArray(), first.Features.ToArray());
        Assert.AreSequenceEqual(own.Lowest, first.Lowest);
        Assert.AreSequenceEqual(own.Highest, first.Highest);
    }

    [TestMethod]
    [DataRow(2, 5)]
    [DataRow(3, 7)]
    public void Grow_MoreTrees_AreThoseOfOneFit(int classes, int trees)
    {
        RowSample rows = Samples.Of(900, features: 4, row => (int)MathF.Abs(row[0] * row[1] * 30) % classes);
        BoostedTrees grown = Fit(rows, classes, trees);

        grown.Grow(12, WorkerTeam.Caller, TestContext.CancellationToken);
        grown.Grow(trees, WorkerTeam.Caller, TestContext.CancellationToken); // there are more

        Assert.AreSequenceEqual(Fit(rows, classes, trees: 12).Losses(rows), grown.Losses(rows));
    }

    [TestMethod]
    public void Fit_SeveralThreads_GivesTheSameTrees()
    {
        // 200 rows in a chunk of features would be one; 9,000 make three.
        RowSample rows = Samples.Of(9_000, features: 9, row => row[0] * row[8] + row[3] >= 0 ? 1 : 0);

        var several = BoostedTrees.Fit(rows, 2, 4, new ThreadPoolTeam(4), TestContext.CancellationToken);

        Assert.AreSequenceEqual(Fit(rows, classes: 2, trees: 4).Losses(rows), several.Losses(rows));
    }

    [TestMethod]
    public void Fit_CategoriesOfFewRows_SplitsAsIfAllRowsWereAddedUp()
    {
        // A column of zeros and ones, once with few ones and once with as many as zeros, and the label in both.
        var random = new Random(5);
        RowSample rows = Samples.Of(2_000, features: 2, _ => 0);
        float[] values = [.. Enumerable.Range(0, 2_000).SelectMany(row =>
            new float[] { row % 8 == 0 ? 1 : 0, row % 2 })];
        long[] labels = [.. Enumerable.Range(0, 2_000).Select(row => random.Next(4) == 0 ? 1L : row % 8 == 0 ? 1 : 0)];
        rows = rows with { Values = values, Labels = labels };

        var bins = FeatureBins.Of(rows);
        double[] losses = Fit(rows, classes: 2, trees: 8).Losses(rows);

        Assert.HasCount(250, bins.Rare[0]!.Rows);
        double rare = losses.Where((_, row) => row % 8 == 0).Average();
        double share = labels.Where((_, row) => row % 8 != 0).Average();
        double common = losses.Where((_, row) => row % 8 != 0).Average();
        Assert.IsLessThan(0.4, rare);
        Assert.AreEqual(-((share * Math.Log(share)) + ((1 - share) * Math.Log(1 - share))), common, 0.02);
    }

    [TestMethod]
    public void Leaves_Rows_AreInOneLeafOfEachTreeWithTwentyOthers()
    {
        RowSample rows = Samples.Of(700, features: 4, row => row[0] * row[1] >= 0 ? 1 : 0);
        TreeConstants leaves = Fit(rows, classes: 2, trees: 3).Leaves()!;

        RowSample changed = rows.Changed(rows.FeatureCount + leaves.Leaves, leaves.Apply);

        for (int row = 0; row < rows.Count; row++)
        {
            Assert.IsTrue(changed.Row(row)[..rows.FeatureCount].SequenceEqual(rows.Row(row)));
            float sum = 0;
            foreach (float leaf in changed.Row(row)[rows.FeatureCount..])
            {
                Assert.IsTrue(leaf is 0 or 1);
                sum += leaf;
            }
            Assert.AreEqual(3, sum);
        }
        for (int leaf = 0; leaf < leaves.Leaves; leaf++)
        {
            Assert.IsGreaterThanOrEqualTo(20, changed.Column(rows.FeatureCount + leaf).Sum());
        }
    }

    [TestMethod]
    public void Leaves_NothingToSplit_AreNone()
    {
        RowSample few = Samples.Of(39, features: 2, row => row[0] >= 0 ? 1 : 0); // no side of 20 rows
        RowSample constant = Samples.Of(200, features: 2, _ => 0);
        constant = constant with { Values = new float[constant.Values.Length] };

        Assert.IsNull(Fit(few, classes: 2, trees: 4).Leaves());
        Assert.IsNull(Fit(constant, classes: 2, trees: 4).Leaves());
    }

    [TestMethod]
    public void Fit_Cancelled_Ends()
    {
        RowSample rows = Samples.Of(50, features: 2, row => row[0] >= 0 ? 1 : 0);

        Assert.ThrowsExactly<OperationCanceledException>(
            () => BoostedTrees.Fit(rows, 2, 4, WorkerTeam.Caller, new CancellationToken(canceled: true)));
    }

    private BoostedTrees Fit(RowSample rows, int classes, int trees) =>
        BoostedTrees.Fit(rows, classes, trees, WorkerTeam.Caller, TestContext.CancellationToken);

    private static IEnumerable<float> Limits(TreeConstants leaves, float[] limits, int feature) =>
        limits.Where((_, i) => leaves.Features[i] == feature);
}
