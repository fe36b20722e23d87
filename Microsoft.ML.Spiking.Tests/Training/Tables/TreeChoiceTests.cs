using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Tables;

namespace Microsoft.ML.Spiking.Tests.Training.Tables;

/// <summary>When the leaves of trees become inputs of a table's network.</summary>
[TestClass]
public sealed class TreeChoiceTests
{
    private readonly List<string> _messages = [];

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Of_CombinationsDecide_GivesTheLeavesAndSaysWhy()
    {
        TreeConstants? leaves = Choose(2_000, row => row[0] >= 0 && row[1] < 0.2f && row[2] >= -0.5f ? 1 : 0);

        Assert.IsNotNull(leaves);
        string message = Assert.ContainsSingle(_messages);
        Assert.StartsWith("64 trees predict the rows held out with a log loss of 0.", message);
        Assert.EndsWith($": the {leaves.Leaves} leaves of 32 are inputs of the network, beside the " +
            "features.", message);
    }

    [TestMethod]
    public void Of_FeaturesCountOneByOne_GivesNone()
    {
        var random = new Random(5);

        TreeConstants? leaves = Choose(2_000, row => row[0] + row[1] + row[2] + random.NextSingle() >= 0.5 ? 1 : 0);

        Assert.IsNull(leaves);
        Assert.EndsWith(": the network gets no leaves of trees, because they are not clearly better.",
            Assert.ContainsSingle(_messages));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Of_TreesAsGoodAsFeatures_GivesLeavesWhereRowsAreMany(bool isSmall)
    {
        var random = new Random(7);

        TreeConstants? leaves =
            Choose(2_000, row => row[0] >= 0 ^ random.Next(4) == 0 ? 1 : 0, isSmall: isSmall);

        Assert.AreEqual(isSmall, leaves is null, _messages.Single());
    }

    [TestMethod]
    public void Of_ManyClasses_TriesNoTrees()
    {
        Assert.IsNull(Choose(500, row => (int)MathF.Abs(row[0] * 16), classes: 17));
        Assert.IsEmpty(_messages);
    }

    [TestMethod]
    public void Difference_KnownRows_CountAlike()
    {
        (double mean, double error) = TreeChoice.Difference([3, 1, 0], [1, 1, 0.04], [1, 1, 1]);

        Assert.AreEqual(2.0 / 3, mean, 1e-12);
        Assert.AreEqual(2.0 / 3, error, 1e-12);
    }

    [TestMethod]
    public void Difference_WeightedRows_CountByTheirWeights()
    {
        (double mean, double error) = TreeChoice.Difference([3, 1, 1], [1, 1, 1], [2, 0.5f, 0.5f]);

        Assert.AreEqual(4.0 / 3, mean, 1e-12);
        double squares = Math.Pow(2 * (2 - mean), 2) + (2 * Math.Pow(0.5 * mean, 2));
        Assert.AreEqual(Math.Sqrt(squares * 3 / 2) / 3, error, 1e-12);
    }

    [TestMethod]
    [DataRow(true, 2, 32)]
    [DataRow(true, 3, 96)]
    [DataRow(true, 16, 128)]
    [DataRow(false, 2, 64)]
    [DataRow(false, 3, 128)]
    public void TreesFor_Classes_AreAsManyOfEach(bool isSmall, int classes, int trees) =>
        Assert.AreEqual(trees, TreeChoice.TreesFor(isSmall, classes));

    [TestMethod]
    public void Of_ThreeClasses_GivesTheLeavesOfMoreTreesThanWereTried()
    {
        int leaves = Choose(2_000, row => row[0] >= 0 ^ row[1] >= 0 ? row[2] >= 0 ? 2 : 1 : 0, classes: 3)!.Leaves;

        Assert.IsGreaterThan(64 * 5, leaves);
        Assert.IsLessThanOrEqualTo(96 * 8, leaves);
        Assert.Contains($" {leaves} leaves of 96 are inputs", Assert.ContainsSingle(_messages));
    }

    private TreeConstants? Choose(int rows, Samples.LabelOf label, int classes = 2, bool isSmall = true)
    {
        RowSample train = Samples.Of(rows, features: 4, label);
        float[][] features = [.. Enumerable.Range(0, train.Count).Select(row => train.Row(row).ToArray())];
        var feed = RowFeed.Open(new ArrayRowSource(features, [.. train.Labels.Select(own => (int)own)]), classes,
            1 << 24, TestContext.CancellationToken);
        return TreeChoice.Of(train, Samples.Of(rows / 5, features: 4, label, seed: 2), classes,
            PopulationConstants.Of(train, feed.Summary, 8), isSmall, seed: 1, _messages.Add,
            new ThreadPoolTeam(2), TestContext.CancellationToken);
    }
}
