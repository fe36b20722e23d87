using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

[TestClass]
public sealed class PreparedBatchesTests
{
    private static readonly RowFeed Rows = RowFeed.Open(Toy.Rows(50), Toy.Classes, 1 << 20, CancellationToken.None);

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    [DataRow(7)]
    public void TryTake_AllBatches_AreThoseOfReadingOneAfterTheOther(int skip)
    {
        using BatchBuffer plain = Buffer(), first = Buffer(), second = Buffer();
        using IRowReader reader = Rows.Shuffled(seed: 3, epoch: 1);
        var expected = new List<float[]>();
        while (plain.TryRead(reader, out Batch batch))
        {
            expected.Add(Values(batch));
        }

        using var prepared = new PreparedBatches(
            Rows.Shuffled(seed: 3, epoch: 1), [first, second], epoch: 1, batchSize: 8, skip, CancellationToken.None);
        var actual = new List<float[]>();
        while (prepared.TryTake(out Batch batch))
        {
            actual.Add(Values(batch));
        }

        Assert.HasCount(7, expected);
        Assert.AreSequenceEqual(expected.Skip(skip).SelectMany(values => values).ToArray(),
            actual.SelectMany(values => values).ToArray());
        Assert.IsFalse(prepared.TryTake(out _));
    }

    [TestMethod]
    public void TryTake_EveryThirdBatch_GivesTogetherWhatOneReaderGives()
    {
        using BatchBuffer plain = Buffer(), first = Buffer(), second = Buffer();
        using IRowReader reader = Rows.Shuffled(seed: 3, epoch: 1);
        var all = new List<float[]>();
        while (plain.TryRead(reader, out Batch batch))
        {
            all.Add(Values(batch));
        }
        RowFeed streamed = RowFeed.Open(Toy.Rows(50), Toy.Classes, memoryBudget: 500, CancellationToken.None);
        using IRowReader inOrder = streamed.InOrder();
        var ofTheStream = new List<float[]>();
        while (plain.TryRead(inOrder, out Batch batch))
        {
            ofTheStream.Add(Values(batch));
        }

        for (int start = 0; start < 3; start++)
        {
            AssertThirds(all, Rows.Shuffled(seed: 3, epoch: 1), start);
            AssertThirds(ofTheStream, streamed.InOrder(), start);
        }

        void AssertThirds(List<float[]> batches, IRowReader source, int start)
        {
            using var prepared = new PreparedBatches(source, [first, second], epoch: 1, batchSize: 8, skip: start,
                CancellationToken.None, stride: 3);
            for (int number = start; number < batches.Count; number += 3)
            {
                Assert.IsTrue(prepared.TryTake(out Batch batch));
                Assert.AreSequenceEqual(batches[number], Values(batch));
            }
            Assert.IsFalse(prepared.TryTake(out _));
        }
    }

    [TestMethod]
    public void TryTake_ReadingFails_ThrowsTheSameWhenItIsThatBatchsTurn()
    {
        var reader = new FailingReader(goodBatches: 2);
        using BatchBuffer first = Buffer(), second = Buffer();
        using (var prepared = new PreparedBatches(reader, [first, second], epoch: 1, batchSize: 8, skip: 0,
            CancellationToken.None))
        {
            Assert.IsTrue(prepared.TryTake(out _));
            Assert.IsTrue(prepared.TryTake(out _));
            Assert.AreSame(reader.Fault, Assert.ThrowsExactly<InvalidTimeZoneException>(() => prepared.TryTake(out _)));
        }
        Assert.IsTrue(reader.IsDisposed);
    }

    [TestMethod]
    public void Dispose_FaultOfABatchThatWasNotTaken_IsNotThrown()
    {
        var reader = new FailingReader(goodBatches: 0);
        using BatchBuffer first = Buffer(), second = Buffer();
        new PreparedBatches(reader, [first, second], epoch: 1, batchSize: 8, skip: 0, CancellationToken.None).Dispose();
        Assert.IsTrue(reader.IsDisposed);
    }

    [TestMethod]
    public void TryTake_CancelledWhileSkipping_Throws()
    {
        using BatchBuffer first = Buffer(), second = Buffer();
        using var prepared = new PreparedBatches(
            Rows.InOrder(), [first, second], epoch: 1, batchSize: 8, skip: 3, new CancellationToken(canceled: true));
        Assert.ThrowsExactly<OperationCanceledException>(() => prepared.TryTake(out _));
    }

    private static BatchBuffer Buffer() => new(batchSize: 8, Toy.Features, classWeights: null, CPU);

    private static float[] Values(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. batch.Labels.data<long>().Select(label => (float)label),
            .. batch.Features.contiguous().data<float>()];
    }

    private sealed class FailingReader(int goodBatches) : IRowReader
    {
        private int _batches;

        public InvalidTimeZoneException Fault { get; } = new();

        public bool IsDisposed { get; private set; }

        public int Read(Span<float> features, Span<long> labels, Span<float> weights) =>
            ++_batches <= goodBatches ? labels.Length : throw Fault;

        public void Skip(int rows) => throw new NotSupportedException();

        public int Read(SparseRows features, Span<long> labels, Span<float> weights) => throw Fault;

        public void Dispose() => IsDisposed = true;
    }
}
