using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Sweeps.Data;

/// <summary>Some of the rows of a data view, by their positions, in its order.</summary>
/// <param name="source">All rows, in the same order in every pass.</param>
/// <param name="marks">A mark for each of them.</param>
/// <param name="isTaken">The mark of the rows that are taken.</param>
internal sealed class RowSubset(IDataView source, bool[] marks, bool isTaken) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => marks.LongCount(mark => mark == isTaken);

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, source.GetRowCursor(columnsNeeded), marks, isTaken);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n,
        Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(RowSubset view, DataViewRowCursor all, bool[] marks, bool isTaken) : DataViewRowCursor
    {
        private long _index = -1;
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => all.Batch;

        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => all.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            all.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => all.GetIdGetter();

        public override bool MoveNext()
        {
            while (all.MoveNext())
            {
                if (++_index >= marks.Length)
                {
                    throw new InvalidOperationException(
                        $"The data had {marks.Length} rows when they were split, and has more now; " +
                        "a sweep needs data that stays as it is.");
                }
                if (marks[_index] == isTaken)
                {
                    _position++;
                    return true;
                }
            }
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                all.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}

/// <summary>Reads a column's values as texts, to compare them.</summary>
internal static class DataViewText
{
    /// <exception cref="ArgumentException">The column does not have single values.</exception>
    public static List<string> Read(IDataView data, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType)
        {
            throw new ArgumentException(
                $"The column '{column.Name}' has vectors; rows can only be kept together by single values.");
        }
        return (List<string>)typeof(DataViewText).GetMethod(nameof(ReadAs), System.Reflection.BindingFlags.NonPublic
            | System.Reflection.BindingFlags.Static)!.MakeGenericMethod(column.Type.RawType)
                .Invoke(null, [data, column])!;
    }

    private static List<string> ReadAs<T>(IDataView data, DataViewSchema.Column column)
    {
        var texts = new List<string>();
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        ValueGetter<T> get = cursor.GetGetter<T>(column);
        T value = default!;
        while (cursor.MoveNext())
        {
            get(ref value);
            texts.Add(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "");
        }
        return texts;
    }
}
