using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>Some of the rows that are kept in memory, in their order; they are not copied.</summary>
/// <param name="store">The rows.</param>
/// <param name="rows">The indices of those that count.</param>
/// <param name="featureCount">Values in a row.</param>
internal sealed class StoredRows(RowStore store, int[] rows, int featureCount) : IRowSource
{
    public RowStore Store => store;

    public int[] Rows => rows;

    public int FeatureCount => featureCount;

    public IRowCursor Open() => new StoredRowCursor(store, rows);

    /// <summary>Returns all rows of a feed.</summary>
    public static StoredRows All(CachedFeed feed) =>
        new(feed.Store, [.. Enumerable.Range(0, feed.Store.Count)], feed.FeatureCount);

    /// <summary>
    /// Draws a share of each class's rows to hold out; of a class with few rows it may be none.
    /// </summary>
    /// <param name="feed">The rows.</param>
    /// <param name="share">Greater than 0, below 1.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>The rows that remain and those held out; null where none would be on either side.</returns>
    public static (StoredRows Train, StoredRows HeldOut)? HoldOut(CachedFeed feed, double share, int seed)
    {
        int[] order = [.. Enumerable.Range(0, feed.Store.Count)];
        new RandomStream(seed, RandomPurpose.HoldingOut).Shuffle(order);
        long[] wanted = [.. feed.Summary.ClassRows.Select(count => (long)Math.Round(count * share))];
        bool[] isHeldOut = new bool[order.Length];
        foreach (int row in order)
        {
            isHeldOut[row] = wanted[feed.Store.LabelOf(row)]-- > 0;
        }
        int[] all = [.. Enumerable.Range(0, order.Length)];
        int[] train = [.. all.Where(row => !isHeldOut[row])], held = [.. all.Where(row => isHeldOut[row])];
        return train.Length == 0 || held.Length == 0 ? null
            : (new(feed.Store, train, feed.FeatureCount), new(feed.Store, held, feed.FeatureCount));
    }
}

/// <summary>A pass over rows of a store.</summary>
internal sealed class StoredRowCursor(RowStore store, int[] rows) : IRowCursor
{
    private int _place = -1;

    public ReadOnlySpan<float> Values => store.ValuesOf(rows[_place]);

    public ReadOnlySpan<int> Indices => store.IndicesOf(rows[_place]);

    public bool IsDense => store.IsDense(rows[_place]);

    public int Label => store.LabelOf(rows[_place]);

    public float Weight => store.WeightOf(rows[_place]);

    public bool MoveNext() => ++_place < rows.Length;

    public void Dispose() { }
}
