using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Contract;

/// <summary>Reads any column of a row as an object that can be compared: numbers, text, or an array of them.</summary>
internal static class RowReader
{
    /// <summary>Creates a reader of a column's current value.</summary>
    public static Func<object> Of(DataViewRow row, DataViewSchema.Column column)
    {
        bool isVector = column.Type is VectorDataViewType;
        Type item = isVector ? ((VectorDataViewType)column.Type).ItemType.RawType : column.Type.RawType;
        MethodInfo method = typeof(RowReader).GetMethod(isVector ? nameof(Vector) : nameof(Scalar),
            BindingFlags.NonPublic | BindingFlags.Static)!;
        return (Func<object>)method.MakeGenericMethod(item).Invoke(null, BindingFlags.DoNotWrapExceptions, null,
            [row, column], null)!;
    }

    /// <summary>Reads the active columns of all remaining rows, by id.</summary>
    public static List<(DataViewRowId Id, object[] Values)> ReadAll(DataViewRowCursor cursor)
    {
        using (cursor)
        {
            Func<object>[] readers = [.. cursor.Schema.Where(cursor.IsColumnActive)
                .Select(column => Of(cursor, column))];
            ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
            var rows = new List<(DataViewRowId, object[])>();
            DataViewRowId id = default;
            while (cursor.MoveNext())
            {
                getId(ref id);
                rows.Add((id, [.. readers.Select(reader => reader())]));
            }
            return rows;
        }
    }

    /// <summary>Reads the named columns of all rows in order.</summary>
    public static object[][] ReadAll(IDataView data, params string[] names) =>
        [.. ReadAll(data.GetRowCursor(data.Schema.Where(column => !column.IsHidden && names.Contains(column.Name))))
            .Select(row => row.Values)];

    /// <summary>Checks that two rows have the same values, to the last bit.</summary>
    public static void AssertSame(object[] expected, object[] actual, string where)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = expected[i] is object[] items
                ? items.AsSpan().SequenceEqual((object[])actual[i])
                : expected[i].Equals(actual[i]);
            Assert.IsTrue(same, $"{where}: the value of column {i} differs");
        }
    }

    private static Func<object> Scalar<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        return () =>
        {
            T value = default!;
            getter(ref value);
            return Comparable(value);
        };
    }

    private static Func<object> Vector<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(column);
        return () =>
        {
            VBuffer<T> value = default;
            getter(ref value);
            return value.DenseValues().Select(Comparable).ToArray();
        };
    }

    private static object Comparable<T>(T value) =>
        value is ReadOnlyMemory<char> text ? text.ToString() : (object)value!;
}
