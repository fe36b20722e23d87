using System.Reflection;

namespace Microsoft.ML.Spiking.Tests.Contract;

/// <summary>A trainer under the contract's checks: the library's, or one of ML.NET's own to compare with.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="IsOurs">Whether it is the library's.</param>
/// <param name="Trainer">The trainer.</param>
/// <param name="Data">The training data.</param>
internal sealed record Subject(string Name, bool IsOurs, IEstimator<ITransformer> Trainer, IDataView Data)
{
    private static readonly MethodInfo ShapeOf =
        typeof(SchemaShape).GetMethod("Create", BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Returns three stock trainers and ours, for a label of three keys.</summary>
    public static Subject[] Multiclass(MLContext ml, IDataView data)
    {
        var trainers = ml.MulticlassClassification.Trainers;
        return
        [
            new("LbfgsMaximumEntropy", false, trainers.LbfgsMaximumEntropy(), data),
            new("SdcaMaximumEntropy", false, trainers.SdcaMaximumEntropy(), data),
            new("LightGbm", false, trainers.LightGbm(minimumExampleCountPerLeaf: 1), data),
            new("SpikingClif", true, trainers.SpikingClif(Flowers.Quick()), data),
        ];
    }

    /// <summary>Returns three stock trainers and ours, for a Boolean label.</summary>
    public static Subject[] Binary(MLContext ml, IDataView data)
    {
        var trainers = ml.BinaryClassification.Trainers;
        return
        [
            new("LbfgsLogisticRegression", false, trainers.LbfgsLogisticRegression(), data),
            new("SdcaLogisticRegression", false, trainers.SdcaLogisticRegression(), data),
            new("LightGbm (binary)", false, trainers.LightGbm(minimumExampleCountPerLeaf: 1), data),
            new("SpikingClif (binary)", true, trainers.SpikingClif(Flowers.Quick()), data),
        ];
    }

    /// <summary>Returns all of them.</summary>
    public static Subject[] All(MLContext ml) =>
    [
        .. Multiclass(ml, Flowers.Keyed(ml)),
        .. Binary(ml, ml.Data.LoadFromEnumerable(TwoClasses.Rows())),
    ];

    /// <summary>Returns the schema shape that an estimator is asked for before there is data.</summary>
    public static SchemaShape Shape(DataViewSchema schema) => (SchemaShape)ShapeOf.Invoke(null, [schema])!;

    /// <summary>Returns a model after saving and loading it.</summary>
    public static ITransformer Reload(ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        new MLContext().Model.Save(model, schema, stream);
        return new MLContext().Model.Load(stream, out _);
    }

    /// <summary>
    /// Returns a column of a schema as text: its name, its type, and the kinds and types of its annotations.
    /// </summary>
    public static string Describe(DataViewSchema.Column column) => $"{column.Name} {column.Type} " +
        string.Join(", ", column.Annotations.Schema.Select(kind => $"{kind.Name} {kind.Type}"));

    /// <summary>Returns a column of a schema shape as text.</summary>
    public static string Describe(SchemaShape.Column column) =>
        $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey} " + string.Join(", ", column.Annotations.Select(
            kind => $"{kind.Name} {kind.Kind} {kind.ItemType} {kind.IsKey}"));
}
