using Microsoft.ML.Spiking.Randomness;


namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>Reads the rows of a <see cref="RowStore"/>, shuffled or in their order.</summary>
internal sealed class StoreReader(RowStore store, int featureCount) : IRowReader
{
    private int[] _order = [];
    private int _next;
    private int _count;

    /// <summary>Starts again with the rows that the store now has.</summary>
    /// <param name="random">Draws the order; null for the rows' own.</param>
    public void Restart(RandomStream? random = null)
    {
        _next = 0;
        _count = store.Count;
        if (_order.Length < _count)
        {
            _order = new int[_count];
        }
        Span<int> order = _order.AsSpan(0, _count);
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }
        if (random is RandomStream stream)
        {
            stream.Shuffle(order);
        }
    }

    public int Read(Span<float> features, Span<long> labels, Span<float> weights)
    {
        int rows = Math.Min(labels.Length, _count - _next);
        for (int row = 0; row < rows; row++)
        {
            (labels[row], weights[row]) =
                store.Read(_order[_next++], features.Slice(row * featureCount, featureCount));
        }
        return rows;
    }

    public void Dispose() { }
}
