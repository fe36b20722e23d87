using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Tests.Scoring.Scorers;

[TestClass]
public sealed class ScorersTests
{
    [TestMethod]
    public void Softmax_Logits_GivesTheirShares()
    {
        float[] scores = new float[4];
        Softmax.Apply([0, MathF.Log(3), float.NegativeInfinity, MathF.Log(4)], scores);

        Assert.AreEqual(1 / 8.0, scores[0], 1e-7);
        Assert.AreEqual(3 / 8.0, scores[1], 1e-7);
        Assert.AreEqual(0f, scores[2]);
        Assert.AreEqual(4 / 8.0, scores[3], 1e-7);
    }

    /// <summary>The largest is subtracted before the exponential, which would overflow at 89.</summary>
    [TestMethod]
    public void Softmax_LargeLogits_DoNotOverflow()
    {
        float[] scores = new float[3];
        Softmax.Apply([1_000, 1_000, -1_000], scores);

        Assert.AreSequenceEqual(new float[] { 0.5f, 0.5f, 0 }, scores);
        Softmax.Apply([-1_000, -1_000, -2_000], scores);
        Assert.AreSequenceEqual(new float[] { 0.5f, 0.5f, 0 }, scores);
    }

    [TestMethod]
    public void Softmax_NoNumber_GivesNone()
    {
        float[] scores = new float[2];
        Softmax.Apply([0, float.NaN], scores);

        Assert.AreSequenceEqual(new[] { float.NaN, float.NaN }, scores);
    }

    /// <summary>Sixteen values at a time, and the rest one by one: every place is checked.</summary>
    [TestMethod]
    [DataRow(0)]
    [DataRow(5)]
    [DataRow(16)]
    [DataRow(37)]
    [DataRow(64)]
    public void AreFinite_OneValueThatIsNot_IsFoundAtEveryPlace(int count)
    {
        float[] values = [.. Enumerable.Range(0, count).Select(i => i % 2 == 0 ? float.MaxValue : -float.Epsilon)];

        Assert.IsTrue(ScoreArguments.AreFinite(values));
        for (int i = 0; i < count; i++)
        {
            foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                float[] changed = [.. values];
                changed[i] = value;
                Assert.IsFalse(ScoreArguments.AreFinite(changed), $"{value} at {i}");
            }
        }
    }

    [TestMethod]
    public void Check_LengthsOfRows_WantsEnoughOfBoth()
    {
        using var scorer = new CountingScorer(); // 4 features, 3 classes

        ScoreArguments.Check(scorer, new float[8], 2, new float[6]);
        ScoreArguments.Check(scorer, new float[9], 2, new float[7]);
        ScoreArguments.Check(scorer, [], 0, []);
        Assert.AreEqual("rows", Refused(scorer, 8, -1, 6));
        Assert.AreEqual("features", Refused(scorer, 7, 2, 6));
        Assert.AreEqual("scores", Refused(scorer, 8, 2, 5));
        Assert.ThrowsExactly<OverflowException>(
            () => ScoreArguments.Check(scorer, new float[8], 1 << 30, new float[6]));
    }

    [TestMethod]
    public void Score_BySharedScorer_CreatesOneAndDisposesItOnceChanged()
    {
        var scorers = new List<CountingScorer>();
        IScorer Create()
        {
            scorers.Add(new CountingScorer());
            return scorers[^1];
        }
        ScorerSource first = ScorerSource.Managed(Create), second = ScorerSource.Managed(Create);
        using var shared = new SharedScorer(first);
        float[] scores = new float[3];

        Assert.IsEmpty(scorers);
        shared.Score(new float[4], 1, scores);
        shared.Score(new float[4], 1, scores);

        Assert.AreEqual(2, Assert.ContainsSingle(scorers).Calls);
        Assert.AreSame(first, shared.Source);
        shared.Change(second);
        Assert.AreSame(second, shared.Source);
        Assert.IsTrue(scorers[0].IsDisposed);
        shared.Score(new float[4], 1, scores);
        Assert.HasCount(2, scorers);
        Assert.IsFalse(scorers[1].IsDisposed);
        Assert.AreEqual((ScoringBackend.Managed, 128, false), (first.Backend, first.BatchRows, first.IsNative));
    }

    /// <summary>A scorer with native memory is disposed, and created again when it is needed; others stay.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Dispose_SharedScorer_GivesNativeMemoryBack(bool isNative)
    {
        var scorers = new List<CountingScorer>();
        var source = new ScorerSource(ScoringBackend.Managed, () =>
        {
            scorers.Add(new CountingScorer());
            return scorers[^1];
        }, BatchRows: 5, isNative);
        var shared = new SharedScorer(source);
        shared.Score(new float[4], 1, new float[3]);

        shared.Dispose();

        Assert.AreEqual(isNative, scorers[0].IsDisposed);
        shared.Score(new float[4], 1, new float[3]);
        Assert.HasCount(isNative ? 2 : 1, scorers);
        Assert.AreSame(source, shared.Source);
    }

    /// <summary>A change while rows are scored disposes the old scorer when they are done.</summary>
    [TestMethod]
    public void Change_DuringAScore_WaitsForItsEnd()
    {
        SharedScorer shared = null!;
        CountingScorer? inner = null;
        bool wasDisposed = true;
        shared = new(ScorerSource.Managed(() => inner = new CountingScorer
        {
            DuringCall = () =>
            {
                shared.Change(ScorerSource.Managed(() => new CountingScorer()));
                wasDisposed = inner!.IsDisposed;
            },
        }));

        shared.Score(new float[4], 1, new float[3]);

        Assert.IsFalse(wasDisposed);
        Assert.IsTrue(inner!.IsDisposed);
        shared.Dispose();
    }

    [TestMethod]
    public void Lease_ThatAllHaveLeft_CannotBeEntered()
    {
        var lease = new ScorerLease(ScorerSource.Managed(() => new CountingScorer()));

        Assert.IsTrue(lease.TryEnter());
        lease.Leave();
        IScorer scorer = lease.Scorer;
        Assert.AreSame(scorer, lease.Scorer);
        Assert.IsFalse(((CountingScorer)scorer).IsDisposed);
        lease.Leave();
        Assert.IsTrue(((CountingScorer)scorer).IsDisposed);
        Assert.IsFalse(lease.TryEnter());
    }

    /// <summary>A thread that waits while another one creates the scorer gets that one's.</summary>
    [TestMethod]
    public void Lease_SeveralThreads_CreateOneScorer()
    {
        ScorerLease lease = null!;
        IScorer? waited = null;
        Thread? other = null;
        int created = 0;
        lease = new(ScorerSource.Managed(() =>
        {
            if (++created == 1)
            {
                other = new Thread(() => waited = lease.Scorer);
                other.Start();
                SpinWait.SpinUntil(() => other.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
            }
            return new CountingScorer();
        }));

        IScorer scorer = lease.Scorer;
        other!.Join();

        Assert.AreEqual(1, created);
        Assert.AreSame(scorer, waited);
    }

    private static string? Refused(IScorer scorer, int features, int rows, int scores) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => ScoreArguments.Check(scorer, new float[features], rows, new float[scores])).ParamName;
}
