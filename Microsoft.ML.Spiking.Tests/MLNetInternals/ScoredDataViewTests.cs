using System.Collections.Concurrent;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Serialization;

namespace Microsoft.ML.Spiking.Tests.MLNetInternals;

/// <summary>Reading scored data: in batches, from one source cursor, by one thread or several.</summary>
[TestClass]
public sealed class ScoredDataViewTests
{
    private readonly MLContext _ml = new(1);

    public required TestContext TestContext { get; init; }

    private CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    public void GetRowCursor_ScoredRows_KeepIdAndBatchOfTheSource()
    {
        SpikingPredictionTransformer model = Fit();
        var source = new WatchedDataView(_ml.Data.ShuffleRows(Flowers.Keyed(_ml, Flowers.Rows(300)), seed: 2));
        (DataViewRowId, long)[] expected = [.. Positions(source)];

        (DataViewRowId, long)[] actual = [.. Positions(model.Transform(source))];

        Assert.AreSequenceEqual(expected.Select(row => row.Item1).ToArray(), actual.Select(row => row.Item1).ToArray());
        Assert.AreSequenceEqual(expected.Select(row => row.Item2).ToArray(), actual.Select(row => row.Item2).ToArray());
    }

    [TestMethod]
    public void Transform_SourceThatCanBeReadOnce_IsScored()
    {
        SpikingPredictionTransformer model = Fit();
        var source = new WatchedDataView(Flowers.Keyed(_ml, Flowers.Rows(500)), oneCursorOnly: true);

        uint[] labels = [.. model.Transform(source).GetColumn<uint>("PredictedLabel")];

        Assert.HasCount(500, labels);
        Assert.AreEqual(1, source.Opened);
        Assert.AreEqual(1, source.Disposed);
        Assert.AreSequenceEqual(new[] { "Features" }, source.ActiveColumns.ToArray());
    }

    [TestMethod]
    public void Transform_ConsumerStopsEarly_DisposesTheSource()
    {
        SpikingPredictionTransformer model = Fit();
        var source = new WatchedDataView(Flowers.Keyed(_ml, Flowers.Rows(500)));
        IDataView scored = model.Transform(source);

        using (DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema))
        {
            Assert.IsTrue(cursor.MoveNext());
        }

        Assert.AreEqual(source.Opened, source.Disposed);
        Assert.AreEqual(1, source.Opened);
    }

    [TestMethod]
    public void Transform_NeitherScoreNorLabelWanted_ScoresNothing()
    {
        var scorer = new CountingScorer();
        IDataView scored = Transformer(scorer).Transform(Flowers.Keyed(_ml));

        Assert.AreEqual("flower 89", scored.GetColumn<string>("Name").Last());
        Assert.AreEqual(0, scorer.Calls);
        Assert.HasCount(90, scored.GetColumn<uint>("PredictedLabel").ToArray());
        Assert.IsGreaterThan(0, scorer.Calls);
    }

    [TestMethod]
    public void Transform_ManyRows_ScoresManyAtOnce()
    {
        var scorer = new CountingScorer();
        IDataView scored = Transformer(scorer).Transform(Flowers.Keyed(_ml, Flowers.Rows(1280)));

        using DataViewRowCursor cursor = scored.GetRowCursorSet(scored.Schema, 1).Single();
        while (cursor.MoveNext()) { }

        Assert.AreEqual(1280, scorer.Rows);
        Assert.IsLessThanOrEqualTo(11, scorer.Calls);
    }

    [TestMethod]
    public void GetRowCursorSet_EveryRow_IsScoredOnceAsInOneCursor()
    {
        SpikingPredictionTransformer model = Fit();
        IDataView scored = model.Transform(Flowers.Keyed(_ml, Flowers.Rows(1000)));
        var expected = scored.GetColumn<string>("Name").Zip(scored.GetColumn<float[]>("Score"))
            .ToDictionary(pair => pair.First, pair => pair.Second);

        DataViewRowCursor[] cursors = scored.GetRowCursorSet(scored.Schema, 4);
        var found = new ConcurrentDictionary<string, float[]>();
        Task.WaitAll([.. cursors.Select(cursor => Task.Run(() =>
        {
            using (cursor)
            {
                var name = cursor.GetGetter<ReadOnlyMemory<char>>(scored.Schema["Name"]);
                var score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
                ReadOnlyMemory<char> text = default;
                VBuffer<float> values = default;
                while (cursor.MoveNext())
                {
                    name(ref text);
                    score(ref values);
                    Assert.IsTrue(found.TryAdd(text.ToString(), [.. values.DenseValues()]));
                }
            }
        }, Token))], Token);

        Assert.HasCount(4, cursors);
        Assert.HasCount(1000, found);
        foreach ((string name, float[] scores) in expected)
        {
            Assert.AreSequenceEqual(scores, found[name]);
        }
    }

    [TestMethod]
    public void Transform_SourceFailsInTheMiddle_GivesTheRowsBefore()
    {
        SpikingPredictionTransformer model = Fit();
        IEnumerable<Flower> Rows()
        {
            foreach (Flower row in Flowers.Rows(20))
            {
                yield return row;
            }
            throw new InvalidDataException("row 20 is broken");
        }
        IDataView source = _ml.Data.LoadFromEnumerable(Rows());
        IDataView scored = model.Transform(source);

        // One thread, because ML.NET's own read-ahead does not promise this.
        using DataViewRowCursor cursor = scored.GetRowCursorSet([scored.Schema["Score"]], 1).Single();
        for (int i = 0; i < 20; i++)
        {
            Assert.IsTrue(cursor.MoveNext());
        }
        Assert.AreEqual("row 20 is broken",
            Assert.ThrowsExactly<InvalidDataException>(() => cursor.MoveNext()).Message);
    }

    [TestMethod]
    public void Dispose_WhileCallsAreUnderWay_LetsThemFinish()
    {
        using var inside = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        var scorer = new CountingScorer { DuringCall = () => { inside.Release(); go.Wait(Token); } };
        SpikingPredictionTransformer model =
            Transformer(new ScorerSource(ScoringBackend.Torch, () => scorer, 8, IsNative: true));
        IDataView scored = model.Transform(Flowers.Keyed(_ml, Flowers.Rows(5)));
        Task<int>[] calls = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () => scored.GetRowCursorSet([scored.Schema["Score"]], 1).Single().MoveNext() ? 1 : 0,
            Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        inside.Wait(Token);
        inside.Wait(Token);

        model.Dispose();
        Assert.IsFalse(scorer.IsDisposed);
        go.Set();
        Task.WaitAll(calls, Token);

        Assert.AreEqual(2, calls.Sum(call => call.Result));
        Assert.IsTrue(scorer.IsDisposed);
    }

    private SpikingPredictionTransformer Fit() => Flowers.Fit(_ml, Flowers.Keyed(_ml));

    [TestMethod]
    public void MoveNext_AfterScoringFailed_FailsAgainInsteadOfServingRows()
    {
        int calls = 0;
        var scorer = new CountingScorer
        {
            DuringCall = () =>
            {
                if (++calls == 2)
                {
                    throw new InvalidOperationException("out of memory");
                }
            },
        };
        IDataView scored = Transformer(scorer).Transform(Flowers.Keyed(_ml, Flowers.Rows(300)));
        using DataViewRowCursor cursor = scored.GetRowCursorSet(scored.Schema, 1).Single();
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        ValueGetter<ReadOnlyMemory<char>> name = cursor.GetGetter<ReadOnlyMemory<char>>(scored.Schema["Name"]);
        VBuffer<float> scores = default;
        ReadOnlyMemory<char> text = default;
        int rows = 0;
        string first = Assert.ThrowsExactly<InvalidOperationException>(() =>
        {
            for (; cursor.MoveNext(); rows++) { }
        }).Message;

        Assert.AreEqual("out of memory", first);
        Assert.AreEqual(128, rows);
        for (int i = 0; i < 3; i++)
        {
            Assert.Contains("out of memory",
                Assert.ThrowsExactly<InvalidOperationException>(() => cursor.MoveNext()).Message);
            Assert.ThrowsExactly<InvalidOperationException>(() => getter(ref scores));
            Assert.ThrowsExactly<InvalidOperationException>(() => name(ref text));
        }
        Assert.AreEqual(2, calls);
    }

    [TestMethod]
    public void MoveNext_AfterTheFirstRowCouldNotBeRead_DoesNotSkipIt()
    {
        SpikingPredictionTransformer model = Fit();
        // Three values where the type promises four, in the first row alone.
        Flower[] rows = [.. Flowers.Rows(5)];
        rows[0].Features = [1, 2, 3];
        IDataView failing = _ml.Data.LoadFromEnumerable(rows);
        IDataView scored = model.Transform(failing);
        using DataViewRowCursor cursor = scored.GetRowCursorSet([scored.Schema["Score"]], 1).Single();

        for (int i = 0; i < 3; i++)
        {
            Assert.Contains("has 3 values; the model takes 4",
                Assert.Throws<Exception>(() => cursor.MoveNext()).Message);
        }
    }

    private SpikingPredictionTransformer Transformer(CountingScorer scorer) =>
        Transformer(ScorerSource.Managed(() => scorer));

    private SpikingPredictionTransformer Transformer(ScorerSource source)
    {
        var network = SmallNetworks.Small();
        IDataView data = Flowers.Keyed(_ml);
        var names = new TrainerColumnNames("Features", "Label", null, "PredictedLabel", "Score");
        var model = new SpikingModelParameters(network, SmallNetworks.Weights(network), source);
        return new SpikingPredictionTransformer(_ml, model, data.Schema, names);
    }

    private static IEnumerable<(DataViewRowId Id, long Batch)> Positions(IDataView data)
    {
        using DataViewRowCursor cursor =
            data.GetRowCursorSet(data.Schema.Where(column => column.Name is "Name" or "Score"), 1).Single();
        ValueGetter<DataViewRowId> getter = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getter(ref id);
            yield return (id, cursor.Batch);
        }
    }
}
