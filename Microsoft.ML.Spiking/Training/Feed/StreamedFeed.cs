using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// Rows that do not fit into memory: read from their source every epoch, in chunks of half the memory budget, and
/// shuffled within a chunk; while the rows of one chunk are trained on, the next is read. The first chunk of a shuffled
/// epoch is cut short at random, so that the chunks' borders differ from epoch to epoch.
/// </summary>
/// <remarks>
/// With a small budget, rows that are sorted in their source stay roughly sorted: shuffle the source.
/// </remarks>
internal sealed class StreamedFeed(IRowSource source, RowSummary summary, long memoryBudget)
    : RowFeed(source.FeatureCount, summary, bytes: 0)
{
    // Used by one pass at a time and kept for the next.
    private readonly RowChunk _first = new(source.FeatureCount);
    private readonly RowChunk _second = new(source.FeatureCount);

    public override RowFeed Again(RowSummary summary) => new StreamedFeed(source, summary, memoryBudget);

    public override IRowReader Shuffled(int seed, int epoch) => Reader(seed, epoch);

    public override IRowReader InOrder() => Reader(seed: null, epoch: 0);

    private StreamedReader Reader(int? seed, int epoch) =>
        new(source.Open(), FeatureCount, (_first, _second), memoryBudget / 2, seed, epoch);
}

/// <summary>Consecutive rows of the source, as many as half the budget holds, and their reader.</summary>
internal sealed class RowChunk
{
    public RowChunk(int featureCount)
    {
        Rows = new(featureCount);
        Reader = new(Rows, featureCount);
    }

    public RowStore Rows { get; }

    public StoreReader Reader { get; }
}

/// <summary>
/// One pass over rows that do not fit into memory: while the rows of one chunk are read, the next chunk is filled on a
/// thread of the pool. One chunk is filled at a time, so the order of the rows does not depend on the threads.
/// </summary>
internal sealed class StreamedReader : IRowReader
{
    private readonly IRowCursor _cursor;
    private readonly int _featureCount;
    private readonly long _budget;
    private readonly int? _seed;
    private readonly int _epoch;
    private RowChunk _chunk;
    private RowChunk _next;
    private Task _reading;
    private bool _hasRow;
    private int _chunks;
    private bool _isAtEnd;
    private volatile bool _isStopped;

    /// <summary>Begins to read the first chunk.</summary>
    /// <param name="cursor">The rows, before the first; disposed with this.</param>
    /// <param name="featureCount">Values in a row.</param>
    /// <param name="chunks">Two chunks whose memory is reused.</param>
    /// <param name="budget">Bytes of rows in a chunk, which has at least one row.</param>
    /// <param name="seed">The user's seed; null for the rows' own order.</param>
    /// <param name="epoch">From 1.</param>
    public StreamedReader(
        IRowCursor cursor, int featureCount, (RowChunk First, RowChunk Second) chunks, long budget, int? seed,
        int epoch)
    {
        _cursor = cursor;
        _featureCount = featureCount;
        _budget = budget;
        _seed = seed;
        _epoch = epoch;
        (_next, _chunk) = chunks;
        _chunk.Rows.Clear();
        _chunk.Reader.Restart();
        _reading = Task.Run(() =>
        {
            _hasRow = _cursor.MoveNext();
            ReadChunk();
        });
    }

    public int Read(Span<float> features, Span<long> labels, Span<float> weights)
    {
        int rows = 0;
        while (rows < labels.Length)
        {
            int read = _chunk.Reader.Read(features[(rows * _featureCount)..], labels[rows..], weights[rows..]);
            rows += read;
            if (read == 0 && !TakeChunk())
            {
                break;
            }
        }
        return rows;
    }

    public void Skip(int rows)
    {
        do
        {
            int left = _chunk.Reader.Left;
            _chunk.Reader.Skip(rows);
            rows -= Math.Min(rows, left);
        }
        while (rows > 0 && TakeChunk());
    }

    public int Read(SparseRows features, Span<long> labels, Span<float> weights)
    {
        int rows = 0;
        while (rows < labels.Length)
        {
            int read = _chunk.Reader.Read(features, labels[rows..], weights[rows..]);
            rows += read;
            if (read == 0 && !TakeChunk())
            {
                break;
            }
        }
        return rows;
    }

    /// <summary>Ends the reading and ignores its exceptions.</summary>
    public void Dispose()
    {
        _isStopped = true;
        try
        {
            _reading.Wait();
        }
        catch (AggregateException)
        {
        }
        _cursor.Dispose();
    }

    /// <summary>Waits for the next chunk and begins to read the one after it.</summary>
    /// <returns>Whether there was one.</returns>
    private bool TakeChunk()
    {
        if (_isAtEnd)
        {
            return false;
        }
        _reading.GetAwaiter().GetResult();
        (_chunk, _next) = (_next, _chunk);
        _isAtEnd = _chunk.Rows.Count == 0;
        if (!_isAtEnd)
        {
            _reading = Task.Run(ReadChunk);
        }
        return !_isAtEnd;
    }

    private void ReadChunk()
    {
        RowStore rows = _next.Rows;
        rows.Clear();
        RandomStream random = new(_seed ?? 0, RandomPurpose.Shuffling, epoch: _epoch, item: ++_chunks);
        double part = _seed is not null && _chunks == 1 ? 0.5 + (random.NextDouble() / 2) : 1;
        long budget = (long)(_budget * part);
        while (_hasRow && !_isStopped && (rows.Count == 0 || rows.Bytes + rows.CostOf(_cursor) <= budget))
        {
            rows.Add(_cursor);
            _hasRow = _cursor.MoveNext();
        }
        _next.Reader.Restart(_seed is null ? null : random);
    }
}
