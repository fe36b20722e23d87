using System.Numerics.Tensors;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Feed;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// The gradient of a first layer's weight by the columns of those features that a batch has. That of all others is 0
/// and takes no memory.
/// </summary>
/// <param name="parameter">[outputs, inputs], which lies input by input.</param>
internal sealed unsafe class ColumnGradient(Tensor parameter)
{
    private const int ColumnsInChunk = 16;

    private readonly int _outputs = (int)parameter.shape[0];
    private readonly int[] _places = Absent((int)parameter.shape[1]); // of each feature among the columns
    private int[] _columns = [];
    private int[] _ends = []; // of each column's entries
    private int[] _rows = [];
    private float[] _factors = [];
    private float[] _values = [];

    public Tensor Parameter => parameter;

    /// <summary>Gets the number of columns; 0 where there is no gradient.</summary>
    public int Count { get; private set; }

    /// <summary>Returns the feature of a column.</summary>
    public int FeatureOf(int column) => _columns[column];

    /// <summary>Returns a column, [outputs].</summary>
    public Span<float> this[int column] => _values.AsSpan(column * _outputs, _outputs);

    /// <summary>Computes the gradient of a batch; whatever was here is gone.</summary>
    /// <param name="rows">The batch.</param>
    /// <param name="upstream">[N, outputs]: the gradient by the layer's output.</param>
    /// <param name="team">The threads.</param>
    public void Take(SparseRows rows, float* upstream, WorkerTeam team)
    {
        Clear();
        Gather(rows);
        Grow(ref _values, checked(Count * _outputs));
        SharedItems.Run(Count, ColumnsInChunk, team, (from, to) =>
        {
            for (int column = from; column < to; column++)
            {
                Span<float> own = this[column];
                own.Clear();
                for (int entry = column == 0 ? 0 : _ends[column - 1]; entry < _ends[column]; entry++)
                {
                    TensorPrimitives.FusedMultiplyAdd(Row(upstream, _rows[entry]), _factors[entry], own, own);
                }
            }
        });
    }

    /// <summary>Returns the sum of the squares of all values.</summary>
    public double SumOfSquares()
    {
        double sum = 0;
        for (int column = 0; column < Count; column++)
        {
            sum += TensorPrimitives.SumOfSquares<float>(this[column]);
        }
        return sum;
    }

    /// <summary>Multiplies all values.</summary>
    public void Multiply(float factor)
    {
        for (int column = 0; column < Count; column++)
        {
            TensorPrimitives.Multiply(this[column], factor, this[column]);
        }
    }

    /// <summary>Runs a step on each column, on several threads.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="step">Takes the column and the index in the parameter's memory where its feature begins.</param>
    public void ForEach(WorkerTeam team, Action<int, long> step) =>
        SharedItems.Run(Count, ColumnsInChunk, team, (from, to) =>
        {
            for (int column = from; column < to; column++)
            {
                step(column, (long)_columns[column] * _outputs);
            }
        });

    /// <summary>Removes the gradient.</summary>
    public void Clear()
    {
        foreach (int feature in _columns.AsSpan(0, Count))
        {
            _places[feature] = -1;
        }
        Count = 0;
    }

    // Columns in the order of the rows, and each column's entries in that order.
    private void Gather(SparseRows rows)
    {
        ReadOnlySpan<int> indices = rows.AllIndices;
        Grow(ref _columns, Math.Min(_places.Length, indices.Length));
        foreach (int feature in indices)
        {
            if (_places[feature] < 0)
            {
                _places[feature] = Count;
                _columns[Count++] = feature;
            }
        }
        Grow(ref _ends, Count);
        Grow(ref _rows, indices.Length);
        Grow(ref _factors, indices.Length);
        Span<int> ends = _ends.AsSpan(0, Count);
        ends.Clear();
        foreach (int feature in indices)
        {
            ends[_places[feature]]++;
        }
        int start = 0;
        foreach (ref int end in ends)
        {
            (start, end) = (start + end, start);
        }
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<int> own = rows.IndicesOf(row);
            ReadOnlySpan<float> values = rows.ValuesOf(row);
            for (int i = 0; i < own.Length; i++)
            {
                int place = ends[_places[own[i]]]++; // from where the column begins to where it ends
                _rows[place] = row;
                _factors[place] = values[i];
            }
        }
    }

    private ReadOnlySpan<float> Row(float* rows, int row) => new(rows + ((long)row * _outputs), _outputs);

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[Math.Max(length, (int)Math.Min(Array.MaxLength, 1.5 * array.Length))];
        }
    }

    private static int[] Absent(int length)
    {
        int[] places = new int[length];
        Array.Fill(places, -1);
        return places;
    }
}
