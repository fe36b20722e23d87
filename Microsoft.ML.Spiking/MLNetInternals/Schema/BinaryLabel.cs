using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>
/// A Boolean label, which is trained on as a key of two: the first stands for false, the second for true.
/// </summary>
internal static class BinaryLabel
{
    /// <summary>Checks that the label is a Boolean.</summary>
    /// <exception cref="ArgumentException">The column is missing, or is none.</exception>
    public static void Check(IExceptionContext context, SchemaShape schema, string name)
    {
        if (!schema.TryFindColumn(name, out SchemaShape.Column column))
        {
            throw context.ExceptParam(nameof(schema), $"The data has no column '{name}', which is named as the label " +
                $"column. Its columns are: {string.Join(", ", schema.Select(other => $"'{other.Name}'"))}.");
        }
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.ItemType != BooleanDataViewType.Instance)
        {
            throw context.ExceptParam(nameof(schema),
                $"The label column '{name}' is of type {column.GetTypeString()}; a Boolean is needed. Convert it " +
                "with Transforms.Conversion.ConvertType to DataKind.Boolean, or use " +
                "MulticlassClassification.Trainers.SpikingClif, which takes a key.");
        }
    }

    /// <summary>Returns the data with the label as a key.</summary>
    /// <exception cref="ArgumentException">The label is missing, or is no Boolean.</exception>
    public static IDataView WithKeys(IHost host, IDataView data, string name)
    {
        Check(host, SchemaShape.Create(data.Schema), name);
        var values = new ArrayDataViewBuilder(host);
        values.AddColumn(name, BooleanDataViewType.Instance, false, true);
        var mapping = new ValueToKeyMappingEstimator(
            host, [new ValueToKeyMappingEstimator.ColumnOptions(name)], keyData: values.GetDataView());
        return mapping.Fit(data).Transform(data);
    }

    /// <summary>Returns the shape of data with the label as a key.</summary>
    public static SchemaShape WithKeys(SchemaShape schema, string name) => new(schema.Select(column =>
        column.Name == name
            ? new SchemaShape.Column(name, column.Kind, NumberDataViewType.UInt32, isKey: true)
            : column));

    /// <summary>Returns a schema of exactly two columns: the feature and the label.</summary>
    public static DataViewSchema TrainSchema(DataViewSchema schema, TrainerColumnNames names)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(names.Feature, schema[names.Feature].Type);
        builder.AddColumn(names.Label, BooleanDataViewType.Instance);
        return builder.ToSchema();
    }

    /// <summary>Returns the shape of data after the trained transformer.</summary>
    public static SchemaShape Output(SchemaShape input, TrainerColumnNames names, string probability)
    {
        var columns = input.ToDictionary(column => column.Name);
        // In the order of ML.NET's own trainers, which is not that of the columns.
        Add(names.Score, NumberDataViewType.Single, isNormalized: false);
        Add(probability, NumberDataViewType.Single, isNormalized: true);
        Add(names.PredictedLabel, BooleanDataViewType.Instance, isNormalized: false);
        return new SchemaShape(columns.Values);

        void Add(string name, DataViewType type, bool isNormalized) => columns[name] = new(
            name, SchemaShape.Column.VectorKind.Scalar, type, isKey: false,
            new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation(isNormalized)));
    }
}
