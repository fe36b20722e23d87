using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>Labels as keys, which the network counts classes by.</summary>
internal static class LabelKeys
{
    /// <summary>The number of classes up to which numbers are taken for names of classes.</summary>
    public const int FewClasses = 20;

    private const int Named = 5;

    /// <summary>Learns the classes of rows, in the order of their names.</summary>
    /// <returns>The rows that have a label, with keys, and the classes.</returns>
    /// <exception cref="ToolException">There are fewer than two.</exception>
    public static (IDataView Keyed, IReadOnlyList<string> Classes) Learn(MLContext ml, DataSource source,
        IDataView rows)
    {
        string[] classes = [.. source.Labels().Where(label => label.Length > 0).Distinct(StringComparer.Ordinal)];
        if (classes.Length < 2)
        {
            throw ToolException.Usage(classes.Length == 0
                ? "No row has a label."
                : $"All rows have the label '{classes[0]}'; a network needs at least two classes to tell apart.");
        }
        ITransformer keys = ml.Transforms.Conversion.MapValueToKey(source.LabelColumn,
            keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(rows);
        IDataView keyed = keys.Transform(rows);
        return (source.WithoutLabel == 0 ? keyed : ml.Data.FilterRowsByMissingValues(keyed, source.LabelColumn),
            ClassesOf(keyed.Schema[source.LabelColumn], classes.Length));
    }

    /// <summary>Returns a warning of numbers that are hardly names of classes; null for none.</summary>
    /// <param name="column">The label's column.</param>
    /// <param name="labels">Its texts, all numbers or missing.</param>
    /// <param name="decimalMarker">The decimal point.</param>
    /// <remarks>
    /// Numbers for classes are few, or whole and each in several rows. A measured quantity has many values, most of
    /// them in a single row or with a fraction.
    /// </remarks>
    public static string? WarningOfNumbers(string column, IEnumerable<string> labels, char decimalMarker)
    {
        KeyValuePair<string, int>[] classes =
            [.. labels.Where(label => !CsvFile.IsMissing(label)).CountBy(label => label)];
        int rows = classes.Sum(found => found.Value), alone = classes.Count(found => found.Value == 1);
        int withFraction = classes.Count(found => CsvFile.HasFraction(found.Key, decimalMarker));
        return classes.Length <= FewClasses || (alone <= rows / 2 && withFraction <= classes.Length / 2) ? null
            : string.Create(CultureInfo.InvariantCulture,
                $"The label column '{column}' has {classes.Length:N0} classes in {rows:N0} rows and looks like a ") +
                "number to be predicted, not a class; group its values into a few classes, or name another column " +
                "with --label.";
    }

    /// <summary>Returns rows whose labels are keys of a model's classes.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="source">The rows' source.</param>
    /// <param name="rows">The rows, with the label's text.</param>
    /// <param name="name">The model's label column.</param>
    /// <param name="classes">The model's classes.</param>
    /// <exception cref="ToolException">A label is none of the model's classes.</exception>
    public static IDataView Map(
        MLContext ml, DataSource source, IDataView rows, string name, IReadOnlyList<string> classes)
    {
        HashSet<string> known = [.. classes];
        (string Label, long Rows)[] unknown =
        [
            .. source.Labels().Where(label => label.Length > 0 && !known.Contains(label))
                .CountBy(label => label).Select(count => (count.Key, (long)count.Value)).OrderByDescending(count =>
                    count.Item2),
        ];
        if (unknown.Length > 0)
        {
            string names = string.Join(", ", unknown.Take(Named).Select(label =>
                string.Create(CultureInfo.InvariantCulture, $"'{label.Label}' ({label.Rows:N0} rows)")));
            throw ToolException.Usage($"The data has labels that the model does not know: {names}" +
                (unknown.Length > Named ? " and more" : "") + $"; it knows {string.Join(", ", classes.Take(10))}" +
                (classes.Count > 10 ? ", ..." : "") + ".");
        }
        IDataView keys = ml.Data.LoadFromEnumerable(classes.Select(label => new Key { Label = label }));
        return ml.Transforms.Conversion.MapValueToKey(name, source.LabelColumn, keyData: keys).Fit(rows)
            .Transform(rows);
    }

    /// <summary>Returns the names of a key column's classes; numbers where it has none.</summary>
    public static IReadOnlyList<string> ClassesOf(DataViewSchema.Column label, int count)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (label.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is not VectorDataViewType
            {
                ItemType: TextDataViewType
            })
        {
            return [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        }
        label.GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private sealed class Key
    {
        public string Label { get; set; } = "";
    }
}
