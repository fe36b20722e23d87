using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>The rows of a training or validation set, ready to be read any number of times.</summary>
internal abstract class RowFeed
{
    private protected RowFeed(int featureCount, RowSummary summary, long bytes)
    {
        FeatureCount = featureCount;
        Summary = summary;
        Bytes = bytes;
    }

    /// <summary>Gets the number of values in a row.</summary>
    public int FeatureCount { get; }

    /// <summary>Gets the summary of the first pass.</summary>
    public RowSummary Summary { get; }

    /// <summary>Gets the bytes of memory that hold rows between epochs; 0 when they are read again.</summary>
    public long Bytes { get; }

    /// <summary>
    /// Reads the source once and keeps the rows in memory, if they fit; if not, they are read again every epoch.
    /// </summary>
    /// <param name="source">The rows.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="memoryBudget">Bytes of rows kept in memory; a single row is always kept.</param>
    /// <param name="token">Checked between rows.</param>
    /// <param name="channels">Measures each channel; null to measure none.</param>
    /// <exception cref="InvalidOperationException">A label is not one of the classes.</exception>
    public static RowFeed Open(
        IRowSource source, int classCount, long memoryBudget, CancellationToken token, ChannelMoments? channels = null)
    {
        if (source is SharedRows shared)
        {
            return shared.Feed(classCount, memoryBudget, channels, token);
        }
        var counter = new RowCounter(source.FeatureCount, classCount, channels);
        var stored = source as StoredRows;
        RowStore? store = stored is null ? new(source.FeatureCount) : null;
        using IRowCursor cursor = source.Open();
        while (cursor.MoveNext())
        {
            token.ThrowIfCancellationRequested();
            counter.Add(cursor);
            if (store is not null && store.Bytes + store.CostOf(cursor) > memoryBudget)
            {
                store = null;
            }
            store?.Add(cursor);
        }
        return stored is not null
            ? new CachedFeed(source.FeatureCount, counter.Summary(), stored.Store, stored.Rows)
            : store is not null
            ? new CachedFeed(source.FeatureCount, counter.Summary(), store)
            : new StreamedFeed(source, counter.Summary(), memoryBudget);
    }

    /// <summary>Returns the same rows for another training, which may run at the same time.</summary>
    /// <param name="summary">The summary for that training.</param>
    public abstract RowFeed Again(RowSummary summary);

    /// <summary>Starts a pass over all rows in a random order that seed and epoch determine.</summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="epoch">From 1.</param>
    public abstract IRowReader Shuffled(int seed, int epoch);

    /// <summary>Starts a pass over all rows in their own order.</summary>
    public abstract IRowReader InOrder();
}

/// <summary>Rows in memory. Every epoch draws its own order, each equally likely.</summary>
/// <param name="featureCount">Values in a row.</param>
/// <param name="summary">The summary of the first pass.</param>
/// <param name="store">The rows.</param>
/// <param name="rows">The indices of those that count; null for all.</param>
internal sealed class CachedFeed(int featureCount, RowSummary summary, RowStore store, int[]? rows = null)
    : RowFeed(featureCount, summary, store.Bytes)
{
    public RowStore Store => store;

    public override RowFeed Again(RowSummary summary) => new CachedFeed(FeatureCount, summary, store, rows);

    public override IRowReader Shuffled(int seed, int epoch)
    {
        var reader = new StoreReader(store, FeatureCount, rows);
        reader.Restart(new RandomStream(seed, RandomPurpose.Shuffling, epoch: epoch));
        return reader;
    }

    public override IRowReader InOrder()
    {
        var reader = new StoreReader(store, FeatureCount, rows);
        reader.Restart();
        return reader;
    }
}

/// <summary>One pass over the rows of a <see cref="RowFeed"/>, in batches.</summary>
internal interface IRowReader : IDisposable
{
    /// <summary>Writes the next rows: as many as fit, or as are left.</summary>
    /// <param name="features">[rows, features], row-major.</param>
    /// <param name="labels">[rows]; its length is the number of rows asked for.</param>
    /// <param name="weights">[rows].</param>
    /// <returns>The number of rows written; 0 at the end.</returns>
    int Read(Span<float> features, Span<long> labels, Span<float> weights);

    /// <summary>Passes over the next rows, or over those that are left.</summary>
    void Skip(int rows);

    /// <summary>Adds the next rows to sparse ones: as many as fit, or as are left.</summary>
    /// <param name="features">The rows.</param>
    /// <param name="labels">[rows]; its length is the number of rows asked for.</param>
    /// <param name="weights">[rows].</param>
    /// <returns>The number of rows added; 0 at the end.</returns>
    int Read(SparseRows features, Span<long> labels, Span<float> weights);
}
