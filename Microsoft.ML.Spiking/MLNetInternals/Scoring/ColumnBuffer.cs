using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Access;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>The values that one column has in all rows of a batch.</summary>
internal abstract class ColumnBuffer
{
    /// <summary>Makes a buffer for a column.</summary>
    /// <param name="input">The row that the values come from, with the column active.</param>
    /// <param name="column">A column of the input.</param>
    /// <param name="capacity">Rows of a batch.</param>
    public static ColumnBuffer Create(DataViewRow input, DataViewSchema.Column column, int capacity) =>
        column.Type is VectorDataViewType vector
            ? Generic.Invoke<DataViewRow, DataViewSchema.Column, int, ColumnBuffer>(
                CreateVector<int>, vector.ItemType.RawType, input, column, capacity)
            : Generic.Invoke<DataViewRow, DataViewSchema.Column, int, ColumnBuffer>(
                CreateScalar<int>, column.Type.RawType, input, column, capacity);

    /// <summary>Takes over the input's current value.</summary>
    /// <param name="row">The row's place in the batch.</param>
    public abstract void Store(int row);

    /// <summary>Returns a getter of the value of the row that <paramref name="current"/> names.</summary>
    public abstract Delegate Getter(Func<int> current);

    private static VectorColumnBuffer<T> CreateVector<T>(
        DataViewRow input, DataViewSchema.Column column, int capacity) =>
        new(input.GetGetter<VBuffer<T>>(column), capacity);

    private static ScalarColumnBuffer<T> CreateScalar<T>(
        DataViewRow input, DataViewSchema.Column column, int capacity) =>
        new(input.GetGetter<T>(column), capacity);
}

/// <summary>Values that are copied by assignment: numbers, keys, text, images.</summary>
internal sealed class ScalarColumnBuffer<T>(ValueGetter<T> source, int capacity) : ColumnBuffer
{
    private readonly T[] _values = new T[capacity];

    public override void Store(int row)
    {
        // A fresh variable: getters of disposable values (images) dispose what they are given, and the value that is
        // still there from the last batch belongs to the consumer that read it.
        T value = default!;
        source(ref value);
        _values[row] = value;
    }

    public override Delegate Getter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[current()]);
}

/// <summary>Vectors: copied out when they are read, because the next batch uses the buffer's memory again.</summary>
internal sealed class VectorColumnBuffer<T>(ValueGetter<VBuffer<T>> source, int capacity) : ColumnBuffer
{
    private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

    /// <summary>Gets the stored value.</summary>
    public ref readonly VBuffer<T> this[int row] => ref _values[row];

    public override void Store(int row) => source(ref _values[row]);

    public override Delegate Getter(Func<int> current) =>
        (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[current()].CopyTo(ref value));
}
