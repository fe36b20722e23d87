using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>
/// The checks of the trainer's columns that need no data: an estimator chain asks for them with shapes alone.
/// </summary>
internal static class ColumnShapes
{
    /// <summary>Checks the named columns.</summary>
    /// <exception cref="ArgumentException">A column is missing or has a type that training cannot use.</exception>
    public static void Check(IExceptionContext context, SchemaShape schema, TrainerColumnNames names)
    {
        CheckFeature(context, Column(context, schema, names.Feature, "feature"));
        CheckLabel(context, Column(context, schema, names.Label, "label"));
        if (names.Weight is string weight)
        {
            CheckWeight(context, Column(context, schema, weight, "example weight"));
        }
    }

    /// <summary>
    /// Returns the shape of data after the trained transformer. The order is that of ML.NET's own trainers, which is
    /// not that of the columns.
    /// </summary>
    public static SchemaShape Output(SchemaShape input, TrainerColumnNames names)
    {
        SchemaShape.Column label = input.Single(column => column.Name == names.Label);
        SchemaShape.Column[] labelAnnotations =
            [.. label.Annotations.Where(annotation => annotation.Name == AnnotationUtils.Kinds.KeyValues)];
        var columns = input.ToDictionary(column => column.Name);
        columns[names.Score] = new(names.Score,
            SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false,
            new SchemaShape(AnnotationUtils.AnnotationsForMulticlassScoreColumn(label)));
        columns[names.PredictedLabel] = new(names.PredictedLabel,
            SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true,
            new SchemaShape(labelAnnotations.Concat(AnnotationUtils.GetTrainerOutputAnnotation())));
        return new SchemaShape(columns.Values);
    }

    /// <summary>Returns the names of the columns, each once: hidden ones are those that a later one covers.</summary>
    public static string NamesOf(DataViewSchema schema) =>
        string.Join(", ", schema.Where(column => !column.IsHidden).Select(column => $"'{column.Name}'"));

    private static SchemaShape.Column Column(IExceptionContext context, SchemaShape schema, string name, string role) =>
        schema.TryFindColumn(name, out SchemaShape.Column column)
            ? column
            : throw context.ExceptParam(nameof(schema), $"The data has no column '{name}', which is named as the " +
                $"{role} column. Its columns are: {string.Join(", ", schema.Select(other => $"'{other.Name}'"))}.");

    private static void CheckFeature(IExceptionContext context, SchemaShape.Column column)
    {
        bool isSingle = column.ItemType == NumberDataViewType.Single && !column.IsKey;
        string? advice = (column.Kind, isSingle) switch
        {
            (SchemaShape.Column.VectorKind.Vector, true) => null,
            (SchemaShape.Column.VectorKind.VariableVector, true) => "A network needs the same number of values in " +
                "every row: load the column with a fixed range, annotate it as in [VectorType(4)], or featurize it " +
                "to a fixed size.",
            (_, true) => "Make it a vector with Transforms.Concatenate.",
            (_, false) =>
                "Convert it with Transforms.Conversion.ConvertType to DataKind.Single, or encode it as numbers first.",
        };
        if (advice is not null)
        {
            throw Refusal(context, "feature", column, "a vector of Single of known size", advice);
        }
    }

    private static void CheckLabel(IExceptionContext context, SchemaShape.Column column)
    {
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || !column.IsKey ||
            column.ItemType != NumberDataViewType.UInt32)
        {
            throw Refusal(
                context, "label", column, "a key of UInt32", "Map it with Transforms.Conversion.MapValueToKey.");
        }
    }

    private static void CheckWeight(IExceptionContext context, SchemaShape.Column column)
    {
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.IsKey ||
            column.ItemType != NumberDataViewType.Single)
        {
            throw Refusal(context, "example weight", column, "a Single",
                "Convert it with Transforms.Conversion.ConvertType to DataKind.Single.");
        }
    }

    private static Exception Refusal(
        IExceptionContext context, string role, SchemaShape.Column column, string needed, string advice) =>
        context.ExceptParam("schema",
            $"The {role} column '{column.Name}' is of type {column.GetTypeString()}; {needed} is needed. {advice}");
}
