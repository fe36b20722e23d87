using System.Runtime.InteropServices;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace BatchScoring;

/// <summary>The columns of Parquet that are features: one of lists of numbers, or several of numbers.</summary>
internal abstract class FeatureColumns(int width, params DataField[] fields)
{
    /// <summary>Gets the number of features.</summary>
    public int Width => width;

    /// <summary>Gets the columns that are read.</summary>
    public IReadOnlyList<DataField> Fields => fields;

    /// <summary>Finds the columns.</summary>
    /// <param name="schema">The file's columns.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="names">The given names, see <see cref="Arguments.Columns"/>; null for the default.</param>
    /// <param name="model">The name of the model's features.</param>
    /// <param name="count">Their number.</param>
    /// <exception cref="UsageException">They are not there, no numbers, or more or less than the model has.</exception>
    public static FeatureColumns Of(ParquetSchema schema, string path, string? names, string model, int count)
    {
        string file = $"'{path}'";
        string[] words = names is null ? [model] : names.Split(',', StringSplitOptions.TrimEntries);
        Field[] found = [.. words.SelectMany(word => Named(schema, file, word, isGiven: names is not null, count))];
        if (found is [ListField { Item: DataField item }])
        {
            Check(item, found[0].Name, file);
            return new ListColumn(item, found[0].Name, count);
        }
        if (found is [DataField { IsArray: true } list])
        {
            Check(list, list.Name, file);
            return new ListColumn(list, list.Name, count);
        }
        DataField[] columns = [.. found.Select(field => field is DataField { IsArray: false } column
            ? column
            : throw new UsageException($"Column '{field.Name}' of {file} has no numbers: " +
                "the features are columns of numbers, or one column of lists of numbers."))];
        foreach (DataField column in columns)
        {
            Check(column, column.Name, file);
        }
        return columns.Length == count
            ? new NumberColumns(columns)
            : throw new UsageException(names is null
                ? $"Column '{model}' of {file} has single numbers; the model takes {count:N0} features: say with " +
                    "--columns which columns those are."
                : $"--columns names {columns.Length:N0} columns; the model takes {count:N0} features.");
    }

    /// <summary>Reads the columns of a row group.</summary>
    public abstract void Read(ParquetRowGroupReader group);

    /// <summary>Takes a row of the row group that was read; what is missing or not finite becomes NaN.</summary>
    /// <param name="row">The row, counted from the beginning of the row group.</param>
    /// <param name="values">Takes the features.</param>
    /// <param name="isMissing">Whether the row is wrong because values are missing or not finite.</param>
    /// <returns>What is wrong with the row, as the end of a sentence; null if nothing is.</returns>
    public abstract string? Take(int row, float[] values, out bool isMissing);

    private static IEnumerable<Field> Named(ParquetSchema schema, string file, string word, bool isGiven, int count)
    {
        int at = IndexOf(schema, word);
        if (at >= 0)
        {
            return [schema.Fields[at]];
        }
        if (word.Split("..") is [string first, string last]
            && IndexOf(schema, first) is int from and >= 0 && IndexOf(schema, last) is int to && to >= from)
        {
            return schema.Fields.Skip(from).Take(to - from + 1);
        }
        string there = string.Join(", ", schema.Fields.Take(10).Select(field => $"'{field.Name}'"));
        string more = schema.Fields.Count > 10 ? $" and {schema.Fields.Count - 10:N0} more" : "";
        throw new UsageException(isGiven
            ? $"{file} has no column '{word}', which --columns names; it has {there}{more}."
            : $"{file} has no column '{word}', which the model reads; it has {there}{more}: say with --columns which " +
                $"of them are the model's {count:N0} features.");
    }

    private static int IndexOf(ParquetSchema schema, string name)
    {
        for (int i = 0; i < schema.Fields.Count; i++)
        {
            if (schema.Fields[i].Name == name)
            {
                return i;
            }
        }
        return -1;
    }

    private static void Check(DataField field, string name, string file)
    {
        if (!field.ClrType.IsPrimitive || field.ClrType == typeof(bool))
        {
            throw new UsageException(
                $"Column '{name}' of {file} holds {KindOf(field.ClrType)}; the model's features are numbers.");
        }
    }

    private static string KindOf(Type type) =>
        type == typeof(string) || type == typeof(ReadOnlyMemory<char>) ? "text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>) ? "bytes"
        : $"values of type {type.Name}";

    /// <summary>Reads a column of numbers of any primitive type.</summary>
    private protected static RawColumnData ReadRaw(ParquetRowGroupReader group, DataField field, out float[] values)
    {
        RawColumnData raw = group.ReadRawColumnDataBaseAsync(field).AsTask().GetAwaiter().GetResult();
        values = raw switch
        {
            RawColumnData<float> column => [.. column.Values],
            RawColumnData<double> column => Convert(column, value => (float)value),
            RawColumnData<sbyte> column => Convert(column, value => value),
            RawColumnData<byte> column => Convert(column, value => value),
            RawColumnData<short> column => Convert(column, value => value),
            RawColumnData<ushort> column => Convert(column, value => value),
            RawColumnData<int> column => Convert(column, value => value),
            RawColumnData<uint> column => Convert(column, value => value),
            RawColumnData<long> column => Convert(column, value => value),
            RawColumnData<ulong> column => Convert(column, value => value),
            _ => throw new NotSupportedException($"values of type {field.ClrType.Name}"),
        };
        return raw;
    }

    private static float[] Convert<T>(RawColumnData<T> column, Func<T, float> convert)
        where T : struct
    {
        float[] values = new float[column.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = convert(column.Values[i]);
        }
        return values;
    }

    /// <summary>A feature in each column.</summary>
    private sealed class NumberColumns(DataField[] columns) : FeatureColumns(columns.Length, columns)
    {
        private readonly float[][] _values = new float[columns.Length][];

        public override void Read(ParquetRowGroupReader group)
        {
            for (int i = 0; i < Fields.Count; i++)
            {
                using RawColumnData raw = ReadRaw(group, Fields[i], out float[] values);
                _values[i] = Fields[i].IsNullable ? WithGaps(values, raw.DefinitionLevels) : values;
            }
        }

        public override string? Take(int row, float[] values, out bool isMissing)
        {
            string? wrong = null;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = float.IsFinite(_values[i][row]) ? _values[i][row] : float.NaN;
                wrong ??= float.IsNaN(values[i]) ? $"column '{Fields[i].Name}' holds no finite number" : null;
            }
            isMissing = wrong is not null;
            return wrong;
        }

        /// <summary>Returns the values with NaN where there is none; a level of 1 says that there is one.</summary>
        private static float[] WithGaps(float[] values, ReadOnlySpan<int> levels)
        {
            float[] all = new float[levels.Length];
            for (int i = 0, next = 0; i < all.Length; i++)
            {
                all[i] = levels[i] == 1 ? values[next++] : float.NaN;
            }
            return all;
        }
    }

    /// <summary>All features in one column of lists.</summary>
    private sealed class ListColumn(DataField item, string name, int count) : FeatureColumns(count, item)
    {
        private readonly List<int> _starts = [];
        private readonly List<float> _values = [];

        public override void Read(ParquetRowGroupReader group)
        {
            using RawColumnData raw = ReadRaw(group, Fields[0], out float[] values);
            ReadOnlySpan<int> repeated = raw.RepetitionLevels, defined = raw.DefinitionLevels;
            _starts.Clear();
            _values.Clear();
            // A repetition level of 0 begins a row. The highest definition level is that of a value; one less, where
            // values may be missing, of a value that is; still less, of a list without values or no list.
            int highest = Fields[0].MaxDefinitionLevel, least = Fields[0].IsNullable ? highest - 1 : highest;
            for (int i = 0, next = 0; i < repeated.Length; i++)
            {
                if (repeated[i] == 0)
                {
                    _starts.Add(_values.Count);
                }
                if (defined[i] >= least)
                {
                    _values.Add(defined[i] == highest ? values[next++] : float.NaN);
                }
            }
            _starts.Add(_values.Count);
        }

        public override string? Take(int row, float[] values, out bool isMissing)
        {
            ReadOnlySpan<float> there = CollectionsMarshal.AsSpan(_values)[_starts[row].._starts[row + 1]];
            Array.Fill(values, float.NaN);
            isMissing = there.IsEmpty;
            if (there.Length != Width)
            {
                return isMissing ? $"column '{name}' holds no values"
                    : $"column '{name}' holds {there.Length:N0} values; the model takes {Width:N0} features";
            }
            for (int i = 0; i < Width; i++)
            {
                values[i] = float.IsFinite(there[i]) ? there[i] : float.NaN;
            }
            int at = Array.FindIndex(values, float.IsNaN);
            isMissing = at >= 0;
            return isMissing ? $"value {at + 1:N0} of column '{name}' is no finite number" : null;
        }
    }
}
