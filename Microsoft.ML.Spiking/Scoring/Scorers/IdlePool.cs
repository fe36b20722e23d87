namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>
/// The working memory of finished calls, kept for later ones: with no more calls at once than processors, nothing is
/// allocated after the first few. Safe for all threads.
/// </summary>
/// <param name="make">Makes what is not idle.</param>
internal sealed class IdlePool<T>(Func<T> make)
    where T : class
{
    private readonly T?[] _idle = new T?[2 * Environment.ProcessorCount];

    /// <summary>Takes one out of the pool, or makes one.</summary>
    public T Rent()
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is T idle)
            {
                return idle;
            }
        }
        return make();
    }

    /// <summary>Takes one back, or drops it if the pool is full.</summary>
    public void Return(T used)
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[i], used, null) is null)
            {
                return;
            }
        }
    }

    /// <summary>Drops those that are idle.</summary>
    public void Clear() => Array.Clear(_idle);
}
