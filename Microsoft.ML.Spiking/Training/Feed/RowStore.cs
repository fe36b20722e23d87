using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// Rows in compact managed memory: blocks of floats, each row dense or as its non-zero values with their indices,
/// whichever is smaller, without an array per row.
/// </summary>
internal sealed class RowStore(int featureCount)
{
    private const int MinimumBlockLength = 1 << 20; // floats: 4 MB
    private const int Dense = -1;

    private readonly int _blockLength = Math.Max(MinimumBlockLength, featureCount);
    private readonly List<float[]> _blocks = [];
    private readonly List<Entry> _entries = [];
    private int _block;
    private int _offset;

    /// <summary>Gets the number of rows.</summary>
    public int Count => _entries.Count;

    /// <summary>Gets the number of bytes that the rows take.</summary>
    public long Bytes { get; private set; }

    /// <summary>Returns the number of bytes that <see cref="Add"/> would take.</summary>
    public unsafe long CostOf(IRowCursor row) => ((long)Length(NonZeros(row)) * sizeof(float)) + sizeof(Entry);

    /// <summary>Copies the cursor's row.</summary>
    public void Add(IRowCursor row)
    {
        int nonZeros = NonZeros(row);
        int length = Length(nonZeros);
        Bytes += CostOf(row);
        Span<float> place = Reserve(length);
        bool isDense = length == featureCount;
        _entries.Add(new(_block, _offset - length, isDense ? Dense : nonZeros, row.Label, row.Weight));
        if (isDense)
        {
            Densify(row.Values, row.Indices, row.IsDense, place);
        }
        else
        {
            Sparsify(row, place[..nonZeros], MemoryMarshal.Cast<float, int>(place[nonZeros..]));
        }
    }

    /// <summary>Writes all features of a row and returns its label and weight.</summary>
    public (int Label, float Weight) Read(int index, Span<float> features)
    {
        Entry entry = _entries[index];
        ReadOnlySpan<float> place = _blocks[entry.Block].AsSpan(entry.Offset);
        if (entry.NonZeros == Dense)
        {
            place[..featureCount].CopyTo(features);
        }
        else
        {
            ReadOnlySpan<int> indices = MemoryMarshal.Cast<float, int>(place.Slice(entry.NonZeros, entry.NonZeros));
            Densify(place[..entry.NonZeros], indices, isDense: false, features);
        }
        return (entry.Label, entry.Weight);
    }

    /// <summary>Returns the values of a row: all, or with <see cref="IndicesOf"/> those that are not zero.</summary>
    public ReadOnlySpan<float> ValuesOf(int index)
    {
        Entry entry = _entries[index];
        return _blocks[entry.Block].AsSpan(entry.Offset, entry.NonZeros == Dense ? featureCount : entry.NonZeros);
    }

    /// <summary>Returns the indices of <see cref="ValuesOf"/>; none where the row is dense.</summary>
    public ReadOnlySpan<int> IndicesOf(int index)
    {
        Entry entry = _entries[index];
        return entry.NonZeros == Dense ? [] : MemoryMarshal.Cast<float, int>(
            _blocks[entry.Block].AsSpan(entry.Offset + entry.NonZeros, entry.NonZeros));
    }

    public bool IsDense(int index) => _entries[index].NonZeros == Dense;

    public int LabelOf(int index) => _entries[index].Label;

    public float WeightOf(int index) => _entries[index].Weight;

    /// <summary>Removes the rows and keeps the memory for others.</summary>
    public void Clear()
    {
        _entries.Clear();
        _block = 0;
        _offset = 0;
        Bytes = 0;
    }

    /// <summary>Writes all features of a row.</summary>
    public static void Densify(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, bool isDense, Span<float> features)
    {
        if (isDense)
        {
            values.CopyTo(features);
            return;
        }
        features.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            features[indices[i]] = values[i];
        }
    }

    private int Length(int nonZeros) => 2 * nonZeros < featureCount ? 2 * nonZeros : featureCount;

    private static int NonZeros(IRowCursor row) =>
        row.Values.Length - System.MemoryExtensions.Count(row.Values, 0f);

    private static void Sparsify(IRowCursor row, Span<float> values, Span<int> indices)
    {
        ReadOnlySpan<float> source = row.Values;
        for (int i = 0, next = 0; i < source.Length; i++)
        {
            if (source[i] != 0)
            {
                values[next] = source[i];
                indices[next++] = row.IsDense ? i : row.Indices[i];
            }
        }
    }

    private Span<float> Reserve(int length)
    {
        if (_blocks.Count == 0)
        {
            _blocks.Add(new float[_blockLength]);
        }
        if (_offset + length > _blockLength)
        {
            _offset = 0;
            if (++_block == _blocks.Count)
            {
                _blocks.Add(new float[_blockLength]);
            }
        }
        _offset += length;
        return _blocks[_block].AsSpan(_offset - length, length);
    }

    private readonly record struct Entry(int Block, int Offset, int NonZeros, int Label, float Weight);
}

/// <summary>A reader of the rows of a <see cref="RowStore"/>, shuffled or in their order.</summary>
/// <param name="store">The rows.</param>
/// <param name="featureCount">Values in a row.</param>
/// <param name="rows">The indices of those that are read; null for all that there are.</param>
internal sealed class StoreReader(RowStore store, int featureCount, int[]? rows = null) : IRowReader
{
    private int[] _order = [];
    private int _next;
    private int _count;

    /// <summary>Gets the number of rows that are still to be read.</summary>
    public int Left => _count - _next;

    /// <summary>Restarts with the rows that the store now has.</summary>
    /// <param name="random">Draws the order; null for the rows' own order.</param>
    public void Restart(RandomStream? random = null)
    {
        _next = 0;
        _count = rows?.Length ?? store.Count;
        if (_order.Length < _count)
        {
            _order = new int[_count];
        }
        Span<int> order = _order.AsSpan(0, _count);
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = rows is null ? i : rows[i];
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

    public void Skip(int rows) => _next += Math.Min(rows, Left);

    public int Read(SparseRows features, Span<long> labels, Span<float> weights)
    {
        int rows = Math.Min(labels.Length, _count - _next);
        for (int row = 0; row < rows; row++)
        {
            int index = _order[_next++];
            features.Add(store.ValuesOf(index), store.IndicesOf(index), store.IsDense(index));
            (labels[row], weights[row]) = (store.LabelOf(index), store.WeightOf(index));
        }
        return rows;
    }

    public void Dispose() { }
}
