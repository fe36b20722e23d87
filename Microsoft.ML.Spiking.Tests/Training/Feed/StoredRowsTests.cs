using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Tests.Training.Feed;

/// <summary>Rows held out of those in memory.</summary>
[TestClass]
public sealed class StoredRowsTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void HoldOut_Rows_AreSharedOutByClass(bool isSparse)
    {
        int[] labels = [.. Enumerable.Repeat(0, 100), .. Enumerable.Repeat(1, 20), 2];
        float[][] rows = [.. labels.Select((_, i) => new float[] { i, 0, 0, 0, 0 })];
        CachedFeed feed = Open(new ArrayRowSource(rows, labels, isSparse: isSparse));

        var (train, heldOut) = StoredRows.HoldOut(feed, 0.1, seed: 5)!.Value;

        (float[] trainRows, int[] trainLabels) = Read(train);
        (float[] heldOutRows, int[] heldOutLabels) = Read(heldOut);
        Assert.AreSequenceEqual([10, 2], heldOutLabels.CountBy(label => label).Select(pair => pair.Value).ToArray());
        Assert.AreSequenceEqual([90, 18, 1], trainLabels.CountBy(label => label).Select(pair => pair.Value).ToArray());
        Assert.AreSequenceEqual(Enumerable.Range(0, labels.Length).Select(i => (float)i).ToArray(),
            [.. trainRows.Concat(heldOutRows).Order()]);
        int[] same = StoredRows.HoldOut(feed, 0.1, seed: 5)!.Value.HeldOut.Rows;
        int[] others = StoredRows.HoldOut(feed, 0.1, seed: 6)!.Value.HeldOut.Rows;
        Assert.AreSequenceEqual(heldOut.Rows, same);
        Assert.AreNotEqual(string.Join(',', heldOut.Rows), string.Join(',', others));
    }

    [TestMethod]
    public void HoldOut_OneRowOfEachClass_HoldsOutNone() =>
        Assert.IsNull(StoredRows.HoldOut(Open(new ArrayRowSource([[1f], [2f], [3f]], [0, 1, 2])), 0.1, seed: 1));

    [TestMethod]
    public void Open_RowsHeldOut_AreReadInEveryOrder()
    {
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 2)];
        float[][] rows = [.. labels.Select((_, i) => new float[] { i })];
        StoredRows heldOut = StoredRows.HoldOut(Open(new ArrayRowSource(rows, labels)), 0.25, seed: 1)!.Value.HeldOut;

        RowFeed feed = RowFeed.Open(heldOut, 2, 1 << 20, TestContext.CancellationToken);

        Assert.AreEqual(10, feed.Summary.Rows);
        Assert.AreSequenceEqual([5L, 5L], feed.Summary.ClassRows.ToArray());
        float[] expected = [.. heldOut.Rows.Select(row => (float)row)];
        Assert.AreSequenceEqual(expected, Read(feed.InOrder()));
        float[] shuffled = Read(feed.Shuffled(seed: 1, epoch: 1));
        Assert.AreNotEqual(string.Join(' ', expected), string.Join(' ', shuffled));
        Assert.AreSequenceEqual(expected, [.. shuffled.Order()]);
    }

    private CachedFeed Open(ArrayRowSource source) =>
        (CachedFeed)RowFeed.Open(source, 3, 1 << 20, TestContext.CancellationToken);

    private static (float[] Values, int[] Labels) Read(StoredRows rows)
    {
        (List<float> values, List<int> labels) = ([], []);
        float[] features = new float[rows.FeatureCount];
        using IRowCursor cursor = rows.Open();
        while (cursor.MoveNext())
        {
            RowStore.Densify(cursor.Values, cursor.Indices, cursor.IsDense, features);
            values.Add(features[0]);
            labels.Add(cursor.Label);
            Assert.AreEqual(1, cursor.Weight);
        }
        return ([.. values], [.. labels]);
    }

    private static float[] Read(IRowReader reader)
    {
        using (reader)
        {
            float[] features = new float[100], weights = new float[100];
            int count = reader.Read(features, new long[100], weights);
            return features[..count];
        }
    }
}
