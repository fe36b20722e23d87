namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>
/// A scorer that is shared by all threads and can be exchanged while they score. One that is no longer wanted is disposed
/// when the last call that was under way on it has returned.
/// </summary>
/// <param name="source">The first scorer.</param>
internal sealed class SharedScorer(ScorerSource source) : IDisposable
{
    private ScorerLease? _current = new(source); // null: disposed

    /// <summary>See <see cref="ScorerSource.BatchRows"/>.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public int BatchRows => Current().Source.BatchRows;

    /// <summary>See <see cref="IScorer.Score"/>.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        ScorerLease lease = Enter();
        try
        {
            lease.Scorer.Score(features, rows, scores);
        }
        finally
        {
            lease.Leave();
        }
    }

    /// <summary>Lets later calls use another scorer; calls under way finish on the one that they have.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public void Change(ScorerSource source)
    {
        var next = new ScorerLease(source);
        ScorerLease before;
        do
        {
            before = Current();
        }
        while (Interlocked.CompareExchange(ref _current, next, before) != before);
        before.Leave();
    }

    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public void CheckNotDisposed() => Current();

    public void Dispose() => Interlocked.Exchange(ref _current, null)?.Leave();

    private ScorerLease Enter()
    {
        ScorerLease lease;
        do
        {
            lease = Current();
        }
        while (!lease.TryEnter());
        return lease;
    }

    private ScorerLease Current() => Volatile.Read(ref _current) ?? throw new ObjectDisposedException(
        nameof(SpikingModelParameters), "The model has been disposed and scores no more rows. A PredictionEngine disposes its " +
        "model with itself unless it is created with OwnsTransformer = false.");
}
