using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Access;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>
/// The part of the training schema that a model keeps: the feature column's type, and the label column's type
/// and key values. Nothing else goes into the zip, and nothing keeps the training data alive.
/// </summary>
internal static class TrainSchema
{
    /// <summary>A schema of exactly two columns: the feature and the label.</summary>
    public static DataViewSchema Prune(TrainingColumns columns)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(columns.Feature.Name, columns.Feature.Type);
        builder.AddColumn(columns.Label.Name, columns.Label.Type, KeyValues(columns.Label));
        return builder.ToSchema();
    }

    /// <summary>
    /// The schema that a network is taken to have been trained on, where no training data is at hand.
    /// </summary>
    /// <param name="feature">The name of the feature column.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="label">The name of the label column.</param>
    /// <param name="classes">The key values of the label.</param>
    public static DataViewSchema Of(
        string feature, IReadOnlyList<int> shape, string label, IReadOnlyList<string> classes)
    {
        ReadOnlyMemory<char>[] names = [.. classes.Select(name => name.AsMemory())];
        var keys = new VectorDataViewType(TextDataViewType.Instance, names.Length);
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(AnnotationUtils.Kinds.KeyValues, keys, (ref VBuffer<ReadOnlyMemory<char>> value) =>
            value = new VBuffer<ReadOnlyMemory<char>>(names.Length, [.. names]));
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(feature, new VectorDataViewType(NumberDataViewType.Single, shape.ToArray()));
        builder.AddColumn(label, new KeyDataViewType(typeof(uint), names.Length), annotations.ToAnnotations());
        return builder.ToSchema();
    }

    /// <summary>The type of the label's key values where there is one for each key, else null.</summary>
    public static VectorDataViewType? KeyValuesType(DataViewSchema.Column label) =>
        label.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type is VectorDataViewType type
            && label.Type is KeyDataViewType key && (ulong)type.Size == key.Count
            ? type
            : null;

    private static DataViewSchema.Annotations KeyValues(DataViewSchema.Column label)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        if (KeyValuesType(label) is VectorDataViewType type)
        {
            Generic.Invoke(Copy<int>, type.ItemType.RawType, label, type, builder);
        }
        return builder.ToAnnotations();
    }

    private static object? Copy<T>(
        DataViewSchema.Column label, VectorDataViewType type, DataViewSchema.Annotations.Builder builder)
    {
        VBuffer<T> values = default;
        label.Annotations.GetValue(AnnotationUtils.Kinds.KeyValues, ref values);
        builder.Add(AnnotationUtils.Kinds.KeyValues, type, (ref VBuffer<T> value) => values.CopyTo(ref value));
        return null;
    }
}
