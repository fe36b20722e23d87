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

    /// <summary>Values in a row.</summary>
    public int FeatureCount { get; }

    /// <summary>What the first pass found.</summary>
    public RowSummary Summary { get; }

    /// <summary>Bytes of memory that hold rows between epochs; 0 when they are read again.</summary>
    public long Bytes { get; }

    /// <summary>
    /// Reads the source once and keeps the rows in memory, if they fit; if not, they are read again every epoch.
    /// </summary>
    /// <param name="source">The rows.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="memoryBudget">Bytes of rows kept in memory; a single row is always kept.</param>
    /// <param name="token">Looked at between rows.</param>
    /// <param name="channels">Measures each channel; null for nothing of the kind.</param>
    /// <exception cref="InvalidOperationException">A label is not one of the classes.</exception>
    public static RowFeed Open(
        IRowSource source, int classCount, long memoryBudget, CancellationToken token, ChannelMoments? channels = null)
    {
        if (source is SharedRows shared)
        {
            return shared.Feed(classCount, memoryBudget, channels, token);
        }
        var counter = new RowCounter(source.FeatureCount, classCount, channels);
        RowStore? store = new(source.FeatureCount);
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
        return store is not null
            ? new CachedFeed(source.FeatureCount, counter.Summary(), store)
            : new StreamedFeed(source, counter.Summary(), memoryBudget);
    }

    /// <summary>The same rows for another training, which may run at the same time.</summary>
    /// <param name="summary">What that one knows of them.</param>
    public abstract RowFeed Again(RowSummary summary);

    /// <summary>All rows once, in a random order that seed and epoch determine.</summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="epoch">From 1.</param>
    public abstract IRowReader Shuffled(int seed, int epoch);

    /// <summary>All rows once, in their own order.</summary>
    public abstract IRowReader InOrder();
}
