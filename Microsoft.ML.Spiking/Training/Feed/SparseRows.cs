namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>The rows of a batch as their values that are not zero, one row behind the other; reused.</summary>
internal sealed class SparseRows
{
    private readonly List<int> _ends = [];
    private int[] _indices = new int[1024];
    private float[] _values = new float[1024];
    private int _length;

    /// <summary>Gets the number of rows.</summary>
    public int Count => _ends.Count;

    /// <summary>Gets the features of all values, row after row.</summary>
    public ReadOnlySpan<int> AllIndices => _indices.AsSpan(0, _length);

    /// <summary>Returns the features of a row that are not zero, ascending.</summary>
    public ReadOnlySpan<int> IndicesOf(int row) => _indices.AsSpan(Start(row), _ends[row] - Start(row));

    /// <summary>Returns the values of those features.</summary>
    public ReadOnlySpan<float> ValuesOf(int row) => _values.AsSpan(Start(row), _ends[row] - Start(row));

    /// <summary>Removes the rows and keeps the memory for others.</summary>
    public void Clear()
    {
        _ends.Clear();
        _length = 0;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="values">All values, or with <paramref name="indices"/> some of them.</param>
    /// <param name="indices">Their features, ascending; not read where the row is dense.</param>
    /// <param name="isDense">Whether <paramref name="values"/> holds all features.</param>
    public void Add(ReadOnlySpan<float> values, ReadOnlySpan<int> indices, bool isDense)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] != 0)
            {
                Append(isDense ? i : indices[i], values[i]);
            }
        }
        EndRow();
    }

    /// <summary>Adds a value to the row under way.</summary>
    /// <param name="index">Its feature, above those of the row before it.</param>
    /// <param name="value">The value.</param>
    public void Append(int index, float value)
    {
        if (_length == _values.Length)
        {
            int wanted = (int)Math.Min(Array.MaxLength, Math.Max(_length + 1L, 2L * _length));
            Array.Resize(ref _values, wanted);
            Array.Resize(ref _indices, wanted);
        }
        _indices[_length] = index;
        _values[_length++] = value;
    }

    /// <summary>Ends the row under way.</summary>
    public void EndRow() => _ends.Add(_length);

    private int Start(int row) => row == 0 ? 0 : _ends[row - 1];
}
