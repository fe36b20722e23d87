using Parquet;
using Parquet.Schema;

namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

/// <summary>Parquet files that the tests write and read.</summary>
internal static class ParquetRows
{
    /// <summary>Writes the features as lists of numbers.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="groupRows">Rows of a row group.</param>
    /// <param name="name">The column's name.</param>
    public static void WriteLists(string path, SampleRow[] rows, int groupRows, string name = "Features")
    {
        var item = new DataField<float>("element");
        Write(path, [new ListField(name, item)], rows, groupRows, (group, some) =>
        {
            float[] values = [.. some.SelectMany(row => row.Features)];
            int[] defined = [.. values.Select(_ => item.MaxDefinitionLevel)];
            int[] repeated = [.. some.SelectMany(row => row.Features.Select((_, i) => i == 0 ? 0 : 1))];
            return group.WriteAllPartsAsync<float>(item, values, defined, repeated, CancellationToken.None);
        });
    }

    /// <summary>Writes a column of text, and the features in a column each: f0, f1, ...</summary>
    public static void WriteColumns(string path, SampleRow[] rows, int groupRows)
    {
        var name = new DataField<string>("name");
        DataField[] columns =
            [.. Enumerable.Range(0, TestModel.FeatureCount).Select(i => new DataField<float>($"f{i}"))];
        Write(path, [name, .. columns], rows, groupRows, async (group, some) =>
        {
            await group.WriteAsync(name, some.Select(row => row.Label).ToArray());
            for (int i = 0; i < columns.Length; i++)
            {
                await group.WriteAsync<float>(columns[i], some.Select(row => row.Features[i]).ToArray());
            }
        });
    }

    /// <summary>Writes one row of numbers of several types, of which one may be missing.</summary>
    public static void WriteTypes(string path, double first, int second, long? third, byte fourth)
    {
        DataField[] fields =
        [
            new DataField<double>("a"), new DataField<int>("b"), new DataField<long?>("c"), new DataField<byte>("d"),
            new DataField<bool>("yes"),
        ];
        Write(path, fields, [new SampleRow()], 1, async (group, _) =>
        {
            await group.WriteAsync<double>(fields[0], new[] { first });
            await group.WriteAsync<int>(fields[1], new[] { second });
            await group.WriteAsync<long>(fields[2], new long?[] { third });
            await group.WriteAsync<byte>(fields[3], new[] { fourth });
            await group.WriteAsync<bool>(fields[4], new[] { true });
        });
    }

    /// <summary>Reads predictions.</summary>
    public static async Task<(long Row, string? Label, float?[] Scores)[]> ReadAsync(string path)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(path);
        Assert.AreSequenceEqual(
            new[] { "Row", "PredictedLabel" }.Concat(TestModel.Classes), reader.Schema.Fields.Select(x => x.Name));
        var predictions = new List<(long, string?, float?[])>();
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            int count = (int)group.RowCount;
            long[] rows = new long[count];
            string[] labels = new string[count];
            await group.ReadAsync<long>(reader.Schema.DataFields[0], rows);
            await group.ReadAsync(reader.Schema.DataFields[1], labels);
            float?[][] scores = [.. TestModel.Classes.Select(_ => new float?[count])];
            for (int c = 0; c < scores.Length; c++)
            {
                await group.ReadAsync<float>(reader.Schema.DataFields[c + 2], scores[c]);
            }
            predictions.AddRange(rows.Select((row, at) =>
                (row, (string?)labels[at], scores.Select(values => values[at]).ToArray())));
        }
        return [.. predictions];
    }

    private static void Write(string path, IEnumerable<Field> fields, SampleRow[] rows, int groupRows,
        Func<ParquetRowGroupWriter, SampleRow[], Task> write)
    {
        WriteAsync().GetAwaiter().GetResult();

        async Task WriteAsync()
        {
            await using FileStream file = File.Create(path);
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), file);
            foreach (SampleRow[] some in rows.Chunk(groupRows))
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await write(group, some);
            }
        }
    }
}
