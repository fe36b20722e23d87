namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// A scorer that is made when it is first needed, shared by all threads, and really disposed when the last call that
/// was under way at <see cref="Dispose"/> has returned.
/// </summary>
/// <param name="create">Makes the scorer; called at most once.</param>
internal sealed class SharedScorer(Func<IScorer> create) : IDisposable
{
    private readonly Lock _lock = new();
    private IScorer? _scorer;
    private int _calls;
    private bool _disposed;

    /// <summary>See <see cref="IScorer.Score"/>.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        IScorer scorer = Enter();
        try
        {
            scorer.Score(features, rows, scores);
        }
        finally
        {
            Leave(scorer);
        }
    }

    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public void CheckNotDisposed()
    {
        if (Volatile.Read(ref _disposed))
        {
            throw new ObjectDisposedException(nameof(SpikingModelParameters), "The model has been disposed and scores no more " +
                "rows. A PredictionEngine disposes its model with itself unless it is created with OwnsTransformer = false.");
        }
    }

    public void Dispose()
    {
        IScorer? unused;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }
            _disposed = true;
            unused = _calls == 0 ? _scorer : null;
        }
        unused?.Dispose();
    }

    private IScorer Enter()
    {
        lock (_lock)
        {
            CheckNotDisposed();
            _scorer ??= create();
            _calls++;
            return _scorer;
        }
    }

    private void Leave(IScorer scorer)
    {
        bool last;
        lock (_lock)
        {
            last = --_calls == 0 && _disposed;
        }
        if (last)
        {
            scorer.Dispose();
        }
    }
}
