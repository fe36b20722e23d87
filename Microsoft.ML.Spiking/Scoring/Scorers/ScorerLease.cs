namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>
/// One scorer and those who hold it: who made the lease, and every call under way. The last who lets go disposes it.
/// </summary>
/// <param name="source">Makes the scorer when it is first needed.</param>
internal sealed class ScorerLease(ScorerSource source)
{
    private readonly Lock _creation = new();
    private IScorer? _scorer;
    private int _holders = 1;

    public ScorerSource Source { get; } = source;

    /// <summary>The scorer. Only for who holds it.</summary>
    public IScorer Scorer => Volatile.Read(ref _scorer) ?? Create();

    /// <summary>Holds the scorer; false when all have let go already.</summary>
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

    /// <summary>Lets go.</summary>
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
