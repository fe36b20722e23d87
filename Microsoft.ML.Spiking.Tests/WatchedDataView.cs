using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>Counts cursors and remembers which columns they were asked for.</summary>
internal sealed class WatchedDataView(IDataView inner, bool oneCursorOnly = false) : IDataView
{
    private int _opened;
    private int _disposed;

    public HashSet<string> ActiveColumns { get; } = [];

    public int Opened => _opened;

    public int Disposed => _disposed;

    public bool CanShuffle => inner.CanShuffle;

    public DataViewSchema Schema => inner.Schema;

    public long? GetRowCount() => inner.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        ActiveColumns.UnionWith(columns.Select(column => column.Name));
        if (Interlocked.Increment(ref _opened) > 1 && oneCursorOnly)
        {
            throw new InvalidOperationException("This source can be read once.");
        }
        return new Cursor(this, inner.GetRowCursor(columns, rand));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n,
        Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(WatchedDataView parent, DataViewRowCursor inner) : DataViewRowCursor
    {
        private bool _disposed;

        public override long Position => inner.Position;

        public override long Batch => inner.Batch;

        public override DataViewSchema Schema => inner.Schema;

        public override bool MoveNext() => inner.MoveNext();

        public override bool IsColumnActive(DataViewSchema.Column column) => inner.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            inner.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_disposed)
            {
                _disposed = true;
                Interlocked.Increment(ref parent._disposed);
                inner.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
