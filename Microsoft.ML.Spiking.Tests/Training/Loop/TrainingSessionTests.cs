using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class TrainingSessionTests
{
    private static readonly TrainingSettings Settings =
        Toy.Settings with
        {
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 0.01,
            ValidationMetric = ValidationMetric.Loss,
        };

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Run_InParts_EndsAsTheWhole()
    {
        ArrayRowSource source = Toy.Rows(200);
        var rows = new SharedRows(source);
        var place = new MemoryPlace();
        var epochs = new List<int>();
        foreach (int last in new[] { 1, 1, 3 })
        {
            TrainingOutcome part = Part(Settings, rows, place, last, epochs);
            Assert.HasCount(last, part.History);
            Assert.IsTrue(part.IsResting);
        }
        TrainingOutcome end = Part(Settings, rows, place, 8, epochs);
        TrainingOutcome whole =
            Toy.Train(Settings, Toy.Rows(200), Toy.Rows(60, seed: 6), network: Toy.Network(dropout: 0.2));

        Assert.IsFalse(end.IsResting);
        Assert.AreSequenceEqual(Enumerable.Range(1, 8).ToArray(), epochs.ToArray());
        Assert.AreSequenceEqual(Toy.Flat(whole.Weights), Toy.Flat(end.Weights));
        Sameness.AssertSame(whole.History, end.History);
        Assert.AreEqual(1, source.Passes);
    }

    [TestMethod]
    public void Run_NothingOfATrainingThatRests_GivesItsBestWeights()
    {
        var rows = new SharedRows(Toy.Rows(200));
        var place = new MemoryPlace();
        TrainingOutcome part = Part(Settings, rows, place, 2, []);
        TrainingOutcome nothing = Part(Settings, rows, place, 0, []);

        Assert.AreEqual(part.BestEpoch, nothing.BestEpoch);
        Assert.AreSequenceEqual(Toy.Flat(part.Weights), Toy.Flat(nothing.Weights));
        Assert.AreEqual(0, Part(Settings, rows, new(), 0, []).BestEpoch);
    }

    [TestMethod]
    public void Run_OutOfPatienceInThePartsLastEpoch_DoesNotRest()
    {
        TrainingSettings settings = Settings with { LearningRate = 0, WeightDecay = 0, EarlyStoppingPatience = 2 };
        Assert.IsFalse(Part(settings, new(Toy.Rows(200)), new(), 3, []).IsResting);
    }

    [TestMethod]
    public void Open_SharedRows_MeasuresChannelsOfEachLayoutOnce()
    {
        ArrayRowSource source = Toy.Rows(50);
        var shared = new SharedRows(source);
        RowFeed alone =
            RowFeed.Open(Toy.Rows(50), Toy.Classes, 1 << 20, TestContext.CancellationToken,
                new ChannelMoments(1, 4, Toy.Features));

        Assert.IsNull(Open(null).Summary.Channels);
        RowFeed four = Open(new ChannelMoments(1, 4, Toy.Features));
        Assert.AreSequenceEqual(alone.Summary.Channels!.Means.ToArray(), four.Summary.Channels!.Means.ToArray());
        Assert.AreEqual(alone.Summary.Sketch.Targets, four.Summary.Sketch.Targets);
        Assert.AreSequenceEqual(alone.Summary.Sketch.Projections.ToArray(), four.Summary.Sketch.Projections.ToArray());
        Assert.HasCount(2, Open(new ChannelMoments(1, 2, Toy.Features)).Summary.Channels!.Means);
        Open(new ChannelMoments(1, 4, Toy.Features));
        Assert.AreEqual(3, source.Passes);

        RowFeed Open(ChannelMoments? channels) =>
            RowFeed.Open(shared, Toy.Classes, 1 << 20, TestContext.CancellationToken, channels);
    }

    [TestMethod]
    public async Task Open_SharedRowsThatAnotherTrainingReads_HearsItsOwnToken()
    {
        using var isReading = new ManualResetEventSlim();
        using var mayRead = new ManualResetEventSlim();
        var shared = new SharedRows(new WaitingRows(isReading, mayRead));
        Task<RowFeed> first = Task.Run(() => Open(CancellationToken.None), TestContext.CancellationToken);
        isReading.Wait(TestContext.CancellationToken);
        using var cancelled = new CancellationTokenSource();
        Task<RowFeed> second = Task.Run(() => Open(cancelled.Token), TestContext.CancellationToken);
        try
        {
            await cancelled.CancelAsync();
            Task ended = await Task.WhenAny(second, Task.Delay(TimeSpan.FromMinutes(1), TestContext.CancellationToken));
            Assert.AreSame(second, ended);
            await Assert.ThrowsAsync<OperationCanceledException>(() => second);
        }
        finally
        {
            mayRead.Set();
        }
        Assert.AreEqual(1, (await first).Summary.Rows);

        RowFeed Open(CancellationToken token) => RowFeed.Open(shared, Toy.Classes, 1 << 20, token);
    }

    /// <summary>One row, which waits.</summary>
    private sealed class WaitingRows(ManualResetEventSlim isReading, ManualResetEventSlim mayRead) : IRowSource
    {
        private readonly ArrayRowSource _rows = Toy.Rows(1);

        public int FeatureCount => _rows.FeatureCount;

        public IRowCursor Open()
        {
            isReading.Set();
            mayRead.Wait();
            return _rows.Open();
        }
    }

    private static TrainingOutcome Part(
        TrainingSettings settings, SharedRows rows, MemoryPlace place, int last, List<int> epochs)
    {
        var observer = new RecordingObserver { OnEpoch = metrics => epochs.Add(metrics.Epoch) };
        return TrainingLoop.Run(Toy.Network(dropout: 0.2), initial: (NetworkWeights?)null, rows,
            new SharedRows(Toy.Rows(60, seed: 6)),
            settings, observer, CancellationToken.None, new(place, last));
    }
}
