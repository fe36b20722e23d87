using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Sweeps.Data;

/// <summary>
/// Splits rows into those that trials are trained on and those that they are measured on: stratified, so that each
/// class has its share in both, and so that each class occurs among the training rows, even one with a single row.
/// </summary>
internal static class RowSplit
{
    private const int Channel = (1 << 24) - 1; // of the random numbers; those below are the space's dimensions

    /// <summary>Returns one pair of views for each training of a trial.</summary>
    /// <param name="data">All rows.</param>
    /// <param name="labels">
    /// The same rows behind the featurizers, whose label column is read; rows are not stratified if it is missing or
    /// not a key.
    /// </param>
    /// <param name="settings">
    /// The fraction, the folds, the label column, and the column that keeps rows together.
    /// </param>
    /// <param name="seed">The seed of the split.</param>
    /// <exception cref="ArgumentException">There are too few rows, or the column cannot be used.</exception>
    public static IReadOnlyList<(IDataView Train, IDataView Validation)> Split(
        IDataView data, IDataView labels, SweepSettings settings, int seed)
    {
        Row[] rows = Read(data, labels, settings);
        int units = rows.Length == 0 ? 0 : rows.Max(row => row.Unit) + 1;
        int parts = settings.Folds ?? 2;
        if (units < parts)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The data has {rows.Length} rows" +
                $"{(units < rows.Length ? $" with {units} values of '{settings.SamplingKeyColumnName}'" : "")}; " +
                $"{(settings.Folds is null ? "holding rows out" : $"{parts} folds")} needs at least {parts}."));
        }
        int[] order = Stratified(rows, units, seed);
        int[] partOf = settings.Folds is int folds
            ? Positions(order, position => position % folds)
            : HeldOut(order, settings.ValidationFraction, seed);
        return [.. Enumerable.Range(0, settings.Folds ?? 1).Select(part => Pair(data, rows, partOf, part))];
    }

    private static (IDataView Train, IDataView Validation) Pair(IDataView data, Row[] rows, int[] partOf, int part)
    {
        bool[] isValidation = [.. rows.Select(row => partOf[row.Unit] == part)];
        HashSet<uint> known = [.. rows.Where((_, index) => !isValidation[index]).Select(row => row.Label)];
        foreach (Row missing in rows.Where(row => row.Label > 0 && known.Add(row.Label)).ToArray())
        {
            // Its class would be unknown to the model: the rows that are kept together with its first row stay in
            // training.
            for (int i = 0; i < rows.Length; i++)
            {
                if (rows[i].Unit == missing.Unit)
                {
                    isValidation[i] = false;
                    known.Add(rows[i].Label);
                }
            }
        }
        return isValidation.Contains(true)
            ? (new RowSubset(data, isValidation, isTaken: false), new RowSubset(data, isValidation, isTaken: true))
            : throw new ArgumentException(
                "No rows are left to be held out: each class has too few of them. Pass validation data.");
    }

    /// <summary>Returns the units in random order, those of one class after those of another.</summary>
    private static int[] Stratified(Row[] rows, int units, int seed)
    {
        uint[] labels = new uint[units];
        foreach (Row row in rows.Reverse())
        {
            labels[row.Unit] = row.Label; // that of the unit's first row
        }
        int[] order = [.. Enumerable.Range(0, units)];
        new RandomStream(seed, RandomPurpose.Sweeping, Channel).Shuffle(order.AsSpan());
        return [.. order.OrderBy(unit => labels[unit])]; // stable
    }

    /// <summary>Returns 0 for units that are held out, spread evenly over the order, and 1 for the others.</summary>
    private static int[] HeldOut(int[] order, double fraction, int seed)
    {
        long count = Math.Clamp((long)Math.Round(fraction * order.Length), 1, order.Length - 1);
        long offset = new RandomStream(seed, RandomPurpose.Sweeping, Channel, epoch: 1).NextInt32(order.Length);
        return Positions(order, position => ((position * count) + offset) / order.Length
            < (((position + 1) * count) + offset) / order.Length ? 0 : 1);
    }

    private static int[] Positions(int[] order, Func<int, int> partAt)
    {
        int[] parts = new int[order.Length];
        for (int position = 0; position < order.Length; position++)
        {
            parts[order[position]] = partAt(position);
        }
        return parts;
    }

    private static Row[] Read(IDataView data, IDataView labels, SweepSettings settings)
    {
        List<uint> keys = Labels(labels, settings.Trainer.LabelColumnName);
        if (settings.SamplingKeyColumnName is not { } name)
        {
            return [.. keys.Select((label, index) => new Row(label, index))];
        }
        DataViewSchema.Column column = data.Schema.GetColumnOrNull(name) ?? throw new ArgumentException(
            $"{nameof(settings.SamplingKeyColumnName)} is '{name}', but the data has no such column.");
        List<string> values = DataViewText.Read(data, column);
        var units = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. values.Select((value, index) =>
            {
                units.TryAdd(value, units.Count);
                return new Row(keys.Count == values.Count ? keys[index] : 0, units[value]);
            }),
        ];
    }

    private static List<uint> Labels(IDataView data, string name)
    {
        var labels = new List<uint>();
        DataViewSchema.Column? column =
            data.Schema.GetColumnOrNull(name) is { Type: KeyDataViewType { RawType: var raw } } key
            && raw == typeof(uint) ? key : null;
        using DataViewRowCursor cursor = column is { } active ? data.GetRowCursor([active]) : data.GetRowCursor([]);
        ValueGetter<uint>? get = column is { } read ? cursor.GetGetter<uint>(read) : null;
        while (cursor.MoveNext())
        {
            uint label = 0;
            get?.Invoke(ref label);
            labels.Add(label);
        }
        return labels;
    }

    /// <summary>A row of the data.</summary>
    /// <param name="Label">Its key; 0 for a missing one.</param>
    /// <param name="Unit">What it is kept together with, from 0 in the order of the rows.</param>
    private readonly record struct Row(uint Label, int Unit);
}
