using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.MLNetInternals.Schema;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>The rows of a data view, with their labels where they have some, for a report.</summary>
internal static class AnalysisRows
{
    private static readonly string[] BinaryClasses = ["false", "true"];

    /// <summary>Returns the rows; they are read when they are enumerated.</summary>
    /// <param name="host">Marks the exceptions; when it is cancelled, reading stops.</param>
    /// <param name="data">The rows, as the network takes them.</param>
    /// <param name="binding">The network, bound to them.</param>
    /// <param name="label">The label column in training.</param>
    /// <param name="needsLabel">Whether a missing label column is an error.</param>
    /// <param name="weight">The column of the examples' weights, for rows with labels; null for none.</param>
    /// <exception cref="ArgumentException">
    /// The label has another type, or other classes; or the weights are missing or no <see cref="float"/>.
    /// </exception>
    public static AnalysisData Of(IHost host, IDataView data, ScoringBinding binding, DataViewSchema.Column label,
        bool needsLabel, string? weight = null)
    {
        if (data.Schema.GetColumnOrNull(label.Name) is not { } column)
        {
            return !needsLabel ? new(Read(host, data, binding, label: null, weight: null), Classes: null)
                : throw host.ExceptParam(nameof(data), $"The data has no label column '{label.Name}', which this " +
                    $"report needs. Its columns are: {ColumnShapes.NamesOf(data.Schema)}.");
        }
        bool fits = label.Type is KeyDataViewType known
            ? column.Type is KeyDataViewType key && key.RawType == typeof(uint) && key.Count == known.Count
            : column.Type == label.Type;
        if (!fits)
        {
            throw host.ExceptParam(nameof(data), $"The label column '{label.Name}' is of type {column.Type}; the " +
                $"model was trained on {label.Type}. Send the data through the transforms that it was trained behind.");
        }
        if (KeyNames.Difference(label, column) is { } difference)
        {
            throw host.ExceptParam(nameof(data), $"The label column '{label.Name}' has other classes than the " +
                "model's: " + FormattableString.Invariant($"class {difference.Key} is '{difference.Present}' there ") +
                $"and '{difference.Known}' in the model. Map the labels with the mapping that it was trained with.");
        }
        return new(
            Read(host, data, binding, column, WeightOf(host, data, weight)), ClassesOf(label, binding.ClassCount));
    }

    /// <summary>Returns the classes' names; their numbers, from 1, where the keys have no values.</summary>
    /// <param name="label">The label column in training.</param>
    /// <param name="count">The number of classes.</param>
    public static IReadOnlyList<string> ClassesOf(DataViewSchema.Column label, int count) =>
        label.Type is not KeyDataViewType ? BinaryClasses
            : KeyNames.Of(label)
                ?? [.. Enumerable.Range(1, count).Select(i => FormattableString.Invariant($"{i}"))];

    /// <summary>
    /// Returns the names of the features; null where they have none, or lie in another order than the network's.
    /// </summary>
    /// <param name="binding">The network, bound to data.</param>
    /// <param name="count">The number of features.</param>
    public static IReadOnlyList<string>? NamesOf(ScoringBinding binding, int count)
    {
        if (!binding.Rows.AreInOrder || !binding.Feature.HasSlotNames(count))
        {
            return null;
        }
        VBuffer<ReadOnlyMemory<char>> names = default;
        binding.Feature.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static DataViewSchema.Column? WeightOf(IHost host, IDataView data, string? name)
    {
        if (name is null)
        {
            return null;
        }
        DataViewSchema.Column column = data.Schema.GetColumnOrNull(name)
            ?? throw host.ExceptParam(nameof(data), $"The data has no weight column '{name}'. Its columns are: " +
                $"{ColumnShapes.NamesOf(data.Schema)}.");
        return column.Type == NumberDataViewType.Single ? column : throw host.ExceptParam(
            nameof(data), $"The weight column '{name}' is of type {column.Type}; a Single is needed.");
    }

    private static IEnumerable<AnalysisRow> Read(IHost host, IDataView data, ScoringBinding binding,
        DataViewSchema.Column? label, DataViewSchema.Column? weight)
    {
        DataViewSchema.Column feature = data.Schema[binding.Feature.Index];
        DataViewSchema.Column?[] columns = [feature, label, weight];
        using DataViewRowCursor cursor = data.GetRowCursor(columns.OfType<DataViewSchema.Column>());
        ValueGetter<float>? weights = weight is { } column ? cursor.GetGetter<float>(column) : null;
        ValueGetter<VBuffer<float>> features = cursor.GetGetter<VBuffer<float>>(feature);
        Func<int> labels = Labels(cursor, label);
        VBuffer<float> values = default;
        float[] row = new float[binding.FeatureCount];
        for (long index = 0; cursor.MoveNext(); index++)
        {
            host.CheckAlive();
            features(ref values);
            binding.Rows.Read(in values, row, feature.Name);
            float own = 1;
            weights?.Invoke(ref own);
            yield return new(index, row, labels(), own);
        }
    }

    private static Func<int> Labels(DataViewRowCursor cursor, DataViewSchema.Column? label)
    {
        if (label is not { } column)
        {
            return () => -1;
        }
        if (column.Type is KeyDataViewType)
        {
            ValueGetter<uint> key = cursor.GetGetter<uint>(column);
            return () =>
            {
                uint value = 0;
                key(ref value);
                return (int)value - 1;
            };
        }
        ValueGetter<bool> truth = cursor.GetGetter<bool>(column);
        return () =>
        {
            bool value = false;
            truth(ref value);
            return value ? 1 : 0;
        };
    }
}
