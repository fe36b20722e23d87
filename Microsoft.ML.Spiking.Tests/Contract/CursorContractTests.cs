using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Contract;

/// <summary>
/// Every way to read scored data gives the same rows: one cursor, several, shuffled, some columns, row by row.
/// </summary>
[TestClass]
public sealed class CursorContractTests
{
    private readonly MLContext _ml = new(1);

    public required TestContext TestContext { get; init; }

    private Subject[] Subjects =>
    [
        Subject.Multiclass(_ml, Flowers.Keyed(_ml, Flowers.Rows(500)))[0],
        Subject.Multiclass(_ml, Flowers.Keyed(_ml, Flowers.Rows(500)))[^1],
        Subject.Binary(_ml, _ml.Data.LoadFromEnumerable(TwoClasses.Rows(500)))[0],
        Subject.Binary(_ml, _ml.Data.LoadFromEnumerable(TwoClasses.Rows(500)))[^1],
    ];

    [TestMethod]
    public void Cursor_EveryWayToRead_GivesTheSameRows()
    {
        var table = new ContractTable(TestContext);
        foreach (Subject subject in Subjects)
        {
            IDataView scored = subject.Trainer.Fit(subject.Data).Transform(subject.Data);
            var rows = RowReader.ReadAll(scored.GetRowCursorSet(scored.Schema, 1).Single());
            Dictionary<DataViewRowId, object[]> byId = rows.ToDictionary(row => row.Id, row => row.Values);
            table.Check(subject, "ids differ from row to row, and there are all rows", () =>
                Assert.HasCount(500, byId));
            table.Check(subject, "read again, the same rows in the same order", () =>
                AssertSame(rows, RowReader.ReadAll(scored.GetRowCursor(scored.Schema))));
            foreach (int cursors in new[] { 2, 3, 8 })
            {
                table.Check(subject, $"a set of {cursors} cursors covers each row once, with its id", () =>
                {
                    DataViewRowCursor[] set = scored.GetRowCursorSet(scored.Schema, cursors);
                    AssertPermuted(byId, [.. set.AsParallel().WithDegreeOfParallelism(set.Length)
                        .WithExecutionMode(ParallelExecutionMode.ForceParallelism).SelectMany(RowReader.ReadAll)]);
                });
            }
            foreach (int seed in new[] { 1, 2 })
            {
                table.Check(subject, $"a shuffled cursor gives each row once, with its id (seed {seed})", () =>
                    AssertPermuted(byId, RowReader.ReadAll(scored.GetRowCursor(scored.Schema, new Random(seed)))));
                IDataView shuffled = _ml.Data.ShuffleRows(subject.Data, seed);
                table.Check(subject, $"shuffled data gives each row once, in the data's order (seed {seed})", () =>
                {
                    IDataView again = subject.Trainer.Fit(subject.Data).Transform(shuffled);
                    Assert.AreSequenceEqual(
                        RowReader.ReadAll(shuffled.GetRowCursor(shuffled.Schema)).Select(row => row.Id).ToArray(),
                        RowReader.ReadAll(again.GetRowCursor(again.Schema)).Select(row => row.Id).ToArray());
                });
            }
            CheckColumns(table, subject, scored, rows);
            CheckRowMapper(table, subject, rows);
        }
        table.AssertAllPassed();
    }

    private static void CheckColumns(
        ContractTable table, Subject subject, IDataView scored, List<(DataViewRowId Id, object[] Values)> rows)
    {
        foreach (DataViewSchema.Column column in scored.Schema)
        {
            table.Check(subject, $"a cursor of '{column.Name}' alone (column {column.Index})", () =>
            {
                var alone = RowReader.ReadAll(scored.GetRowCursor([column]));
                AssertSame([.. rows.Select(row => (row.Id, new[] { row.Values[column.Index] }))], alone);
            });
        }
        table.Check(subject, "a cursor of no column has as many rows", () =>
            Assert.HasCount(rows.Count, RowReader.ReadAll(scored.GetRowCursor([]))));
        table.Check(subject, "a column that is not active has no getter", () =>
        {
            using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["PredictedLabel"]]);
            Assert.IsFalse(cursor.IsColumnActive(scored.Schema["Features"]));
            Assert.Throws<Exception>(() => cursor.GetGetter<VBuffer<float>>(scored.Schema["Features"]));
        });
        table.Check(subject, "a getter of another type is refused", () =>
        {
            using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
            Assert.Throws<Exception>(() => cursor.GetGetter<double>(scored.Schema["Score"]));
        });
        table.Check(subject, "the position counts the rows from 0", () =>
        {
            using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
            Assert.AreEqual(-1, cursor.Position);
            for (int i = 0; cursor.MoveNext(); i++)
            {
                Assert.AreEqual(i, cursor.Position);
            }
            Assert.IsFalse(cursor.MoveNext());
        });
    }

    /// <summary>One row at a time, as in a prediction engine, with only the input columns that it asks for.</summary>
    private static void CheckRowMapper(
        ContractTable table, Subject subject, List<(DataViewRowId Id, object[] Values)> rows)
    {
        IRowToRowMapper mapper = subject.Trainer.Fit(subject.Data).GetRowToRowMapper(subject.Data.Schema);
        foreach (DataViewSchema.Column[] columns in mapper.OutputSchema.Skip(subject.Data.Schema.Count)
            .Select(column => new[] { column }).Append([.. mapper.OutputSchema]))
        {
            string names = columns.Length == 1 ? $"'{columns[0].Name}'" : "all columns";
            table.Check(subject, $"the row mapper gives {names} as the cursor does", () =>
            {
                DataViewSchema.Column[] needed = [.. mapper.GetDependencies(columns)];
                Assert.IsTrue(needed.All(column => column.Index < subject.Data.Schema.Count));
                if (columns.Length == 1)
                {
                    Assert.AreSequenceEqual(new[] { "Features" }, needed.Select(column => column.Name).ToArray());
                }
                using DataViewRowCursor input = subject.Data.GetRowCursorSet(needed, 1).Single();
                using DataViewRow row = mapper.GetRow(input, columns);
                Func<object>[] readers = [.. columns.Select(column => RowReader.Of(row, column))];
                int count = 0;
                for (; input.MoveNext(); count++)
                {
                    Assert.AreEqual(input.Position, row.Position);
                    RowReader.AssertSame([.. columns.Select(column => rows[count].Values[column.Index])],
                        [.. readers.Select(reader => reader())], $"row {count}");
                }
                Assert.AreEqual(rows.Count, count);
            });
        }
    }

    private static void AssertSame(
        List<(DataViewRowId Id, object[] Values)> expected, List<(DataViewRowId Id, object[] Values)> actual)
    {
        Assert.HasCount(expected.Count, actual);
        foreach ((var one, var other) in expected.Zip(actual))
        {
            Assert.AreEqual(one.Id, other.Id);
            RowReader.AssertSame(one.Values, other.Values, $"row {one.Id}");
        }
    }

    private static void AssertPermuted(
        Dictionary<DataViewRowId, object[]> expected, List<(DataViewRowId Id, object[] Values)> actual)
    {
        Assert.HasCount(expected.Count, actual);
        Assert.HasCount(expected.Count, actual.Select(row => row.Id).Distinct().ToArray());
        foreach ((DataViewRowId id, object[] values) in actual)
        {
            RowReader.AssertSame(expected[id], values, $"row {id}");
        }
    }
}
