namespace Microsoft.ML.Spiking.Numerics.Threading;

/// <summary>Work on items that do not depend on one another, shared out to threads in chunks.</summary>
internal sealed class SharedItems
{
    private readonly int _count;
    private readonly int _chunk;
    private readonly Action<int, int> _work;
    private int _next = -1;

    private SharedItems(int count, int chunk, Action<int, int> work) => (_count, _chunk, _work) = (count, chunk, work);

    /// <summary>Works on all items.</summary>
    /// <param name="count">The number of items.</param>
    /// <param name="chunk">Items in a chunk, at least 1.</param>
    /// <param name="team">The threads; a team of one stays on this one.</param>
    /// <param name="work">Works on the items from its first argument to before its second.</param>
    public static void Run(int count, int chunk, WorkerTeam team, Action<int, int> work)
    {
        if (team.Size <= 1 || count <= chunk)
        {
            work(0, count);
            return;
        }
        var items = new SharedItems(count, chunk, work);
        team.Run(Math.Min(team.Size, ((count - 1) / chunk) + 1), items.Drain);
    }

    private void Drain()
    {
        for (long start; (start = (long)Interlocked.Increment(ref _next) * _chunk) < _count;)
        {
            _work((int)start, (int)Math.Min(_count, start + _chunk));
        }
    }
}
