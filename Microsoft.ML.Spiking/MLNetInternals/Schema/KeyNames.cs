using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Access;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>What the keys of a column stand for.</summary>
internal static class KeyNames
{
    /// <summary>The key values as text, the first key's first; null where the column has none.</summary>
    public static string[]? Of(DataViewSchema.Column column) => TrainSchema.KeyValuesType(column) is VectorDataViewType type
        ? Generic.Invoke(Read<int>, type.ItemType.RawType, column)
        : null;

    private static string[] Read<T>(DataViewSchema.Column column)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(AnnotationUtils.Kinds.KeyValues, ref values);
        return [.. values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];
    }
}
