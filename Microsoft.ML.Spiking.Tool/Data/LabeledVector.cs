using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>A row of values of one shape, with its class.</summary>
internal sealed class LabeledVector
{
    public float[] Features { get; set; } = [];

    public string Label { get; set; } = "";

    /// <summary>Returns a view of rows.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="rows">The rows, read as often as they are asked for.</param>
    /// <param name="shape">The shape of the features.</param>
    /// <param name="note">An annotation of the features that is saved with the model; null for none.</param>
    public static IDataView View(
        MLContext ml, IEnumerable<LabeledVector> rows, IReadOnlyList<int> shape, (string Kind, string Text)? note =
            null)
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(LabeledVector));
        SchemaDefinition.Column features = definition[nameof(Features)];
        features.ColumnType = new VectorDataViewType(NumberDataViewType.Single, shape.ToArray());
        if (note is var (kind, text))
        {
            features.AddAnnotation(kind, text.AsMemory(), TextDataViewType.Instance);
        }
        return ml.Data.LoadFromEnumerable(rows, definition);
    }
}
