using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Access;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>The values that the keys of a column stand for.</summary>
internal static class KeyNames
{
    /// <summary>Returns the key values as text, the first key's first; null where the column has none.</summary>
    public static string[]? Of(DataViewSchema.Column column) =>
        TrainSchema.KeyValuesType(column) is VectorDataViewType type
            ? Generic.Invoke(Read<int>, type.ItemType.RawType, column)
            : null;

    /// <summary>
    /// Returns how the keys of two columns of as many keys differ; null where they do not, or stand for nothing.
    /// </summary>
    /// <param name="known">The first column.</param>
    /// <param name="present">The second column.</param>
    public static KeyDifference? Difference(DataViewSchema.Column known, DataViewSchema.Column present)
    {
        if (Of(known) is not { } first || Of(present) is not { } second)
        {
            return null; // keys that stand for nothing have no names to differ in
        }
        int place = first.Zip(second).Index()
            .FirstOrDefault(pair => pair.Item.First != pair.Item.Second, (-1, default)).Index;
        return place < 0 ? null
            : new(place + 1, first[place], second[place],
                first.Order(StringComparer.Ordinal).SequenceEqual(second.Order(StringComparer.Ordinal)));
    }

    private static string[] Read<T>(DataViewSchema.Column column)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(AnnotationUtils.Kinds.KeyValues, ref values);
        return [.. values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];
    }
}

/// <summary>The first difference between the keys of two columns.</summary>
/// <param name="Key">From 1.</param>
/// <param name="Known">What it stands for in the first column.</param>
/// <param name="Present">What it stands for in the second column.</param>
/// <param name="IsOrderAlone">Whether both columns have the same values in another order.</param>
internal sealed record KeyDifference(int Key, string Known, string Present, bool IsOrderAlone);
