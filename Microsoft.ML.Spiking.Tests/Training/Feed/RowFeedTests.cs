using Microsoft.ML.Spiking.Training.Feed;


namespace Microsoft.ML.Spiking.Tests.Training.Feed;

[TestClass]
public sealed class RowFeedTests
{
    private const int Count = 103;
    private const int Features = 6;
    private const long Everything = 1 << 20;
    private const long Little = 1_000;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(Everything, false)]
    [DataRow(Everything, true)]
    [DataRow(Little, false)]
    [DataRow(Little, true)]
    [DataRow(0L, false)]
    public void Shuffled_AnyBudget_GivesEachRowOnceAsItIs(long budget, bool isSparse)
    {
        RowFeed feed = Open(budget, isSparse);
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            List<Row> rows = Read(feed.Shuffled(seed: 1, epoch));
            Assert.AreSequenceEqual(Enumerable.Range(0, Count), rows.Select(row => row.Id).Order());
            foreach (Row row in rows)
            {
                Assert.AreSequenceEqual(Values(row.Id), row.Features);
                Assert.AreEqual(row.Id % 3, row.Label);
                Assert.AreEqual(1f + row.Id, row.Weight);
            }
        }
    }

    [TestMethod]
    [DataRow(Everything)]
    [DataRow(Little)]
    public void Shuffled_SameSeedAndEpoch_GivesTheSameOrderAndElseAnother(long budget)
    {
        RowFeed feed = Open(budget);
        int[] order = Order(feed.Shuffled(1, 1));
        Assert.AreSequenceEqual(order, Order(Open(budget).Shuffled(1, 1)));
        Assert.AreNotSequenceEqual(order, Order(feed.Shuffled(1, 2)));
        Assert.AreNotSequenceEqual(order, Order(feed.Shuffled(2, 1)));
        Assert.AreNotSequenceEqual(Enumerable.Range(0, Count), order);
    }

    [TestMethod]
    [DataRow(Everything)]
    [DataRow(Little)]
    public void InOrder_AnyBudget_GivesTheRowsAsTheyCome(long budget) =>
        Assert.AreSequenceEqual(Enumerable.Range(0, Count), Order(Open(budget).InOrder()));

    [TestMethod]
    [DataRow(Everything, false)]
    [DataRow(Everything, true)]
    [DataRow(Little, true)]
    public void Read_SparseRows_HaveTheValuesThatAreNotZero(long budget, bool isSparse)
    {
        RowFeed feed = Open(budget, isSparse);
        List<Row> expected = Read(feed.Shuffled(seed: 1, epoch: 2));
        using IRowReader reader = feed.Shuffled(seed: 1, epoch: 2);
        var rows = new SparseRows();
        long[] labels = new long[10];
        float[] weights = new float[10];
        int seen = 0;
        for (int read; (read = reader.Read(rows, labels, weights)) > 0; rows.Clear())
        {
            Assert.AreEqual(read, rows.Count);
            for (int row = 0; row < read; row++, seen++)
            {
                float[] features = new float[Features];
                RowStore.Densify(rows.ValuesOf(row), rows.IndicesOf(row), isDense: false, features);
                Assert.AreSequenceEqual(expected[seen].Features, features);
                Assert.DoesNotContain(0f, rows.ValuesOf(row).ToArray());
                Assert.AreEqual(expected[seen].Label, (int)labels[row]);
                Assert.AreEqual(expected[seen].Weight, weights[row]);
            }
        }
        Assert.AreEqual(Count, seen);
        Assert.AreEqual(expected.Sum(row => row.Features.Count(value => value != 0)), feed.Summary.NonZeros);
    }

    [TestMethod]
    public void Open_EnoughMemory_ReadsTheSourceOnce()
    {
        ArrayRowSource source = Source();
        RowFeed feed = RowFeed.Open(source, 3, Everything, TestContext.CancellationToken);
        Read(feed.Shuffled(1, 1));
        Read(feed.Shuffled(1, 2));
        Assert.AreEqual(1, source.Passes);
        Assert.IsInRange(1, Everything, feed.Bytes);
    }

    [TestMethod]
    public void Open_TooLittleMemory_ReadsTheSourceEveryEpoch()
    {
        ArrayRowSource source = Source();
        RowFeed feed = RowFeed.Open(source, 3, Little, TestContext.CancellationToken);
        Read(feed.Shuffled(1, 1));
        Read(feed.Shuffled(1, 2));
        Assert.AreEqual(3, source.Passes);
        Assert.AreEqual(0, feed.Bytes);
    }

    [TestMethod]
    public void Open_MostlyZeros_TakesLessThanHalfTheMemory()
    {
        float[][] rows =
            [.. Enumerable.Range(0, 50).Select(i => { var row = new float[1_000]; row[i] = 1; return row; })];
        RowFeed feed =
            RowFeed.Open(new ArrayRowSource(rows, new int[50]), 1, Everything, TestContext.CancellationToken);
        Assert.IsLessThan(50 * 1_000 * sizeof(float) / 20, feed.Bytes);
    }

    [TestMethod]
    public void Summary_WeightedRows_CountsRowsAndWeightsByClass()
    {
        var source = new ArrayRowSource([new float[2], new float[2], new float[2]], [0, 2, 2], [1f, 2f, 3f]);
        RowSummary summary = RowFeed.Open(source, 4, Everything, TestContext.CancellationToken).Summary;
        Assert.AreEqual(3, summary.Rows);
        Assert.AreSequenceEqual(new long[] { 1, 0, 2, 0 }, summary.ClassRows);
        Assert.AreSequenceEqual(new double[] { 1, 0, 5, 0 }, summary.ClassWeights);
    }

    [TestMethod]
    public void BalancedWeights_UnequalClasses_HaveEqualTotalsAndAMeanOfOne()
    {
        var summary = new RowSummary(100, [90, 10, 0], [90, 10, 0], RootMeanSquare: 1);
        float[] weights = summary.BalancedWeights();
        Assert.AreEqual(90 * weights[0], 10 * weights[1], 1e-4);
        Assert.AreEqual(100.0, (90 * weights[0]) + (10 * weights[1]), 1e-4);
        Assert.AreEqual(1f, weights[2]);
    }

    private static float[] Values(int id) =>
        [.. Enumerable.Range(0, Features).Select(i => i % 4 == id % 4 ? id + (i / 8f) : 0)];

    private static ArrayRowSource Source(bool isSparse = false)
    {
        int[] ids = [.. Enumerable.Range(0, Count)];
        return new([.. ids.Select(Values)], [.. ids.Select(id => id % 3)], [.. ids.Select(id => 1f + id)], isSparse);
    }

    private RowFeed Open(long budget, bool isSparse = false) =>
        RowFeed.Open(Source(isSparse), 3, budget, TestContext.CancellationToken);

    private static int[] Order(IRowReader reader) => [.. Read(reader).Select(row => row.Id)];

    private static List<Row> Read(IRowReader reader)
    {
        using (reader)
        {
            var rows = new List<Row>();
            float[] features = new float[10 * Features];
            long[] labels = new long[10];
            float[] weights = new float[10];
            while (reader.Read(features, labels, weights) is int read and > 0)
            {
                for (int i = 0; i < read; i++)
                {
                    rows.Add(new((int)weights[i] - 1, features[(i * Features)..((i + 1) * Features)], (int)labels[i],
                        weights[i]));
                }
                Array.Fill(features, float.NaN);
            }
            return rows;
        }
    }

    private sealed record Row(int Id, float[] Features, int Label, float Weight);
}
