using Microsoft.ML.Spiking.Training.Feed;


namespace Microsoft.ML.Spiking.Tests.Training.Feed;

/// <summary>Reading ahead, apart from giving the right rows, which <see cref="RowFeedTests"/> tests.</summary>
[TestClass]
public sealed class StreamedReaderTests
{
    private const long FewRows = 1_000; // bytes: about 40 rows, which take more than 16 each
    private const int SecondChunk = 1_000 / 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Read_FirstRowOfAChunk_NextChunkIsReadMeanwhile()
    {
        using var later = new ManualResetEventSlim();
        var cursor = new Cursor(row =>
        {
            if (row == SecondChunk)
            {
                later.Set();
            }
        });
        using StreamedReader reader = Reader(cursor, FewRows);

        Assert.AreEqual(0f, ReadOne(reader));

        Assert.IsTrue(later.Wait(Patience, TestContext.CancellationToken), "The next chunk is not read ahead.");
    }

    [TestMethod]
    public void Dispose_InTheMiddleOfAChunk_StopsReading()
    {
        using var begun = new ManualResetEventSlim();
        var cursor = new Cursor(_ => begun.Set());
        StreamedReader reader = Reader(cursor, long.MaxValue);
        Assert.IsTrue(begun.Wait(Patience, TestContext.CancellationToken));

        Task disposal = Task.Run(reader.Dispose, TestContext.CancellationToken);
        Assert.IsTrue(disposal.Wait(Patience, TestContext.CancellationToken), "The endless chunk is still being read.");

        Assert.IsTrue(cursor.IsDisposed);
    }

    [TestMethod]
    public void Read_SourceFailsInTheSecondChunk_ThrowsTheSameAfterTheFirst()
    {
        var fault = new InvalidTimeZoneException();
        var cursor = new Cursor(row =>
        {
            if (row == SecondChunk)
            {
                throw fault;
            }
        });
        using StreamedReader reader = Reader(cursor, FewRows);
        int rows = 0;
        Assert.AreSame(fault, Assert.ThrowsExactly<InvalidTimeZoneException>(() =>
        {
            while (true)
            {
                Assert.AreEqual(rows, ReadOne(reader));
                rows++;
            }
        }));
        Assert.IsInRange(1, SecondChunk, rows);
    }

    private static StreamedReader Reader(Cursor cursor, long budget) =>
        new(cursor, featureCount: 1, (new(1), new(1)), budget, seed: null, epoch: 0);

    private static float ReadOne(StreamedReader reader)
    {
        float[] features = new float[1];
        Assert.AreEqual(1, reader.Read(features, new long[1], new float[1]));
        return features[0];
    }

    /// <summary>Endless rows of one feature, the row's number, and a report before each.</summary>
    private sealed class Cursor(Action<int> onRow) : IRowCursor
    {
        private int _row = -1;

        public bool IsDisposed { get; private set; }

        public ReadOnlySpan<float> Values => new float[] { _row };

        public ReadOnlySpan<int> Indices => [];

        public bool IsDense => true;

        public int Label => 0;

        public float Weight => 1;

        public bool MoveNext()
        {
            onRow(++_row);
            return true;
        }

        public void Dispose() => IsDisposed = true;
    }
}
