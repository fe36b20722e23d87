using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>
/// The scorer of a model, shared by all threads. It can be exchanged while they score; one that is no longer wanted is
/// disposed when the last call that was under way on it has returned.
/// </summary>
/// <param name="source">The first scorer's.</param>
internal sealed class SharedScorer(ScorerSource source) : IDisposable
{
    private ScorerLease _current = new(source);

    /// <summary>Gets how the present scorer is made, and for which choice: both change together.</summary>
    public ScorerSource Source => Volatile.Read(ref _current).Source;

    /// <summary>Scores rows; see <see cref="IScorer.Score"/>.</summary>
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

    /// <summary>Returns the plan of the present scorer; null where it is not managed code.</summary>
    public ScoringPlan? FindPlan()
    {
        ScorerLease lease = Enter();
        try
        {
            return lease.Source.IsNative ? null : (lease.Scorer as ManagedScorer)?.Plan;
        }
        finally
        {
            lease.Leave();
        }
    }

    /// <summary>Lets later calls use another scorer; calls under way finish on the one that they have.</summary>
    public void Change(ScorerSource source) => Interlocked.Exchange(ref _current, new(source)).Leave();

    /// <summary>
    /// Frees native memory, when calls under way have returned. A later call makes the scorer again. A managed scorer
    /// stays: it holds nothing that the garbage collector does not free.
    /// </summary>
    public void Dispose()
    {
        ScorerLease current = Volatile.Read(ref _current);
        if (current.Source.IsNative &&
            Interlocked.CompareExchange(ref _current, new(current.Source), current) == current)
        {
            current.Leave();
        }
    }

    private ScorerLease Enter()
    {
        ScorerLease lease;
        do
        {
            lease = Volatile.Read(ref _current);
        }
        while (!lease.TryEnter()); // it has just been exchanged
        return lease;
    }
}

/// <summary>A way to make a scorer, and what is known of the scorer before.</summary>
/// <param name="Backend">The choice that it was made for.</param>
/// <param name="Create">Makes the scorer.</param>
/// <param name="BatchRows">The number of rows above which a call gains no speed.</param>
/// <param name="IsNative">Whether the scorer holds native memory.</param>
internal sealed record ScorerSource(ScoringBackend Backend, Func<IScorer> Create, int BatchRows, bool IsNative)
{
    // Enough to make the fixed cost of a call negligible; the rows' memory stays in the cache.
    private const int ManagedRows = 128;

    /// <summary>Returns the source of a scorer in managed code.</summary>
    public static ScorerSource Managed(Func<IScorer> create, ScoringBackend backend = ScoringBackend.Managed) =>
        new(backend, create, ManagedRows, IsNative: false);
}

/// <summary>
/// A reference-counted scorer. Its holders are the <see cref="SharedScorer"/> and every call under way; the last to
/// leave disposes it.
/// </summary>
/// <param name="source">Makes the scorer when it is first needed.</param>
internal sealed class ScorerLease(ScorerSource source)
{
    private readonly Lock _creation = new();
    private IScorer? _scorer;
    private int _holders = 1;

    public ScorerSource Source { get; } = source;

    /// <summary>Gets the scorer. For holders only.</summary>
    public IScorer Scorer => Volatile.Read(ref _scorer) ?? Create();

    /// <summary>
    /// Adds a holder; returns false when there is none left, because the scorer may then have been disposed.
    /// </summary>
    public bool TryEnter()
    {
        while (true)
        {
            int holders = Volatile.Read(ref _holders);
            if (holders == 0)
            {
                return false;
            }
            if (Interlocked.CompareExchange(ref _holders, holders + 1, holders) == holders)
            {
                return true;
            }
        }
    }

    /// <summary>Removes a holder.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _scorer?.Dispose();
        }
    }

    private IScorer Create()
    {
        lock (_creation)
        {
            return _scorer ??= Source.Create();
        }
    }
}
