using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// Rows that do not fit into memory: read from their source again every epoch, as many at a time as the memory budget
/// holds, and shuffled within such a chunk. The first chunk of a shuffled epoch is cut short at random, so that the
/// borders of the chunks lie elsewhere in every epoch.
/// </summary>
/// <remarks>Rows that are sorted in their source stay roughly sorted if the budget is small: shuffle the source.</remarks>
internal sealed class StreamedFeed(IRowSource source, RowSummary summary, long memoryBudget)
    : RowFeed(source.FeatureCount, summary, bytes: 0)
{
    private readonly RowStore _chunk = new(source.FeatureCount);

    private IRowSource Source => source;

    private long MemoryBudget => memoryBudget;

    public override RowFeed Again(RowSummary summary) => new StreamedFeed(source, summary, memoryBudget);

    public override IRowReader Shuffled(int seed, int epoch) => new Reader(this, seed, epoch);

    public override IRowReader InOrder() => new Reader(this, seed: null, epoch: 0);

    private sealed class Reader : IRowReader
    {
        private readonly StreamedFeed _feed;
        private readonly int? _seed;
        private readonly int _epoch;
        private readonly IRowCursor _cursor;
        private readonly StoreReader _reader;
        private bool _hasRow;
        private int _chunks;

        public Reader(StreamedFeed feed, int? seed, int epoch)
        {
            _feed = feed;
            _seed = seed;
            _epoch = epoch;
            _cursor = feed.Source.Open();
            _reader = new(feed._chunk, feed.FeatureCount);
            _feed._chunk.Clear();
            _hasRow = _cursor.MoveNext();
        }

        public int Read(Span<float> features, Span<long> labels, Span<float> weights)
        {
            int rows = 0;
            while (rows < labels.Length)
            {
                int read = _reader.Read(features[(rows * _feed.FeatureCount)..], labels[rows..], weights[rows..]);
                rows += read;
                if (read == 0 && !NextChunk())
                {
                    break;
                }
            }
            return rows;
        }

        public void Dispose() => _cursor.Dispose();

        private bool NextChunk()
        {
            RowStore chunk = _feed._chunk;
            chunk.Clear();
            RandomStream random = new(_seed ?? 0, RandomPurpose.Shuffling, epoch: _epoch, item: ++_chunks);
            double part = _seed is not null && _chunks == 1 ? 0.5 + (random.NextDouble() / 2) : 1;
            long budget = (long)(_feed.MemoryBudget * part);
            while (_hasRow && (chunk.Count == 0 || chunk.Bytes + chunk.CostOf(_cursor) <= budget))
            {
                chunk.Add(_cursor);
                _hasRow = _cursor.MoveNext();
            }
            _reader.Restart(_seed is null ? null : random);
            return chunk.Count > 0;
        }
    }
}
