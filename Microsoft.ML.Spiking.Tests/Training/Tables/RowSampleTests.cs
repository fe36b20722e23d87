using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Tables;

namespace Microsoft.ML.Spiking.Tests.Training.Tables;

/// <summary>The rows that receptive fields and trees are fitted on.</summary>
[TestClass]
public sealed class RowSampleTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Of_FewRows_AreAllOfThemInOrderWithAMeanWeightOfOne()
    {
        RowSample sample = Sample([[1, 2], [3, 4], [5, 6]], [0.25f, 0.25f, 1]);

        Assert.AreSequenceEqual([1f, 2f, 3f, 4f, 5f, 6f], sample.Values);
        Assert.AreSequenceEqual([0L, 1L, 0L], sample.Labels);
        Assert.AreSequenceEqual([0.5f, 0.5f, 2f], sample.Weights);
        Assert.AreSequenceEqual([2f, 4f, 6f], sample.Column(1));
    }

    [TestMethod]
    public void Of_ManyRows_AreTwentyThousandOfThem()
    {
        float[][] rows = [.. Enumerable.Range(0, 20_500).Select(i => new float[] { i })];

        RowSample sample = Sample(rows, weights: null);

        Assert.AreEqual(20_000, sample.Count);
        Assert.HasCount(20_000, sample.Values.Distinct());
    }

    [TestMethod]
    public void Changed_Rows_HaveOtherFeaturesAndTheSameLabels()
    {
        RowSample sample = Sample([[1, 2], [3, 4]], weights: null);

        RowSample sums = sample.Changed(1, (row, changed) => changed[0] = row[0] + row[1]);

        Assert.AreEqual(1, sums.FeatureCount);
        Assert.AreSequenceEqual([3f, 7f], sums.Values);
        Assert.AreSequenceEqual(sample.Labels, sums.Labels);
    }

    private RowSample Sample(float[][] rows, float[]? weights)
    {
        int[] labels = [.. rows.Select((_, row) => row % 2)];
        var feed = RowFeed.Open(
            new ArrayRowSource(rows, labels, weights), classCount: 2, 1 << 24, TestContext.CancellationToken);
        return RowSample.Of(feed, seed: 1);
    }
}
