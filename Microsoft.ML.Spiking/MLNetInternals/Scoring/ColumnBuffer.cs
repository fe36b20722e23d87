using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Access;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>Keeps one column's values of all rows of a batch.</summary>
internal abstract class ColumnBuffer
{
    /// <summary>A buffer for that column.</summary>
    /// <param name="input">The row that the values come from, with the column active.</param>
    /// <param name="column">Of the input.</param>
    /// <param name="capacity">Rows of a batch.</param>
    public static ColumnBuffer Create(DataViewRow input, DataViewSchema.Column column, int capacity) =>
        column.Type is VectorDataViewType vector
            ? Generic.Invoke<DataViewRow, DataViewSchema.Column, int, ColumnBuffer>(
                CreateVector<int>, vector.ItemType.RawType, input, column, capacity)
            : Generic.Invoke<DataViewRow, DataViewSchema.Column, int, ColumnBuffer>(
                CreateScalar<int>, column.Type.RawType, input, column, capacity);

    /// <summary>Takes over the input's current value.</summary>
    /// <param name="row">Within the batch.</param>
    public abstract void Store(int row);

    /// <summary>A getter of the value of the row that <paramref name="current"/> names.</summary>
    public abstract Delegate Getter(Func<int> current);

    private static VectorColumnBuffer<T> CreateVector<T>(DataViewRow input, DataViewSchema.Column column, int capacity) =>
        new VectorColumnBuffer<T>(input.GetGetter<VBuffer<T>>(column), capacity);

    private static ScalarColumnBuffer<T> CreateScalar<T>(DataViewRow input, DataViewSchema.Column column, int capacity) =>
        new ScalarColumnBuffer<T>(input.GetGetter<T>(column), capacity);
}
