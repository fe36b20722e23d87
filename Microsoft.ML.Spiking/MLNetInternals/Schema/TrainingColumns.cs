using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>The columns of a data view that training reads, checked; every refusal says which, why, and what to do.</summary>
/// <param name="Feature">A vector of Single of known size.</param>
/// <param name="Label">A key of UInt32 with a known number of keys, at least 2.</param>
/// <param name="Weight">A Single, or null.</param>
internal sealed record TrainingColumns(
    DataViewSchema.Column Feature, DataViewSchema.Column Label, DataViewSchema.Column? Weight)
{
    // A key type without a count reports the largest value of its raw type.
    private const ulong NoCount = uint.MaxValue;

    // Two matrices of that height and width 512 already take 4 GiB.
    private const ulong MostClasses = 1 << 20;

    /// <summary>The shape of a row: the dimensions of the feature vector.</summary>
    public IReadOnlyList<int> FeatureShape => ((VectorDataViewType)Feature.Type).Dimensions;

    /// <summary>Values in a row.</summary>
    public int FeatureCount => ((VectorDataViewType)Feature.Type).Size;

    /// <summary>Number of classes, absent ones included.</summary>
    public int ClassCount => checked((int)((KeyDataViewType)Label.Type).Count);

    /// <summary>The columns that a pass over the data needs.</summary>
    public IEnumerable<DataViewSchema.Column> All => Weight is { } weight ? [Feature, Label, weight] : [Feature, Label];

    /// <summary>Finds and checks the columns.</summary>
    /// <exception cref="ArgumentException">A column is missing or has a type that training cannot use.</exception>
    public static TrainingColumns Find(IExceptionContext context, DataViewSchema schema, TrainerColumnNames names)
    {
        ColumnShapes.Check(context, SchemaShape.Create(schema), names);
        DataViewSchema.Column label = schema[names.Label];
        ulong count = ((KeyDataViewType)label.Type).Count;
        string? fault = count switch
        {
            >= NoCount => "does not say how many keys there are. Map it with Transforms.Conversion.MapValueToKey, or give " +
                "its type a count, as in [KeyType(count: 10)].",
            > MostClasses => $"has {count:N0} keys; at most {MostClasses:N0} classes are possible. Is it the right column?",
            1 => "has a single key; at least two classes are needed.",
            _ => null,
        };
        return fault is null
            ? new(schema[names.Feature], label,
                names.Weight is string weight ? schema[weight] : null)
            : throw context.ExceptParam(nameof(schema), $"The label column '{label.Name}' {fault}");
    }

    /// <summary>Finds and checks the columns of validation data, which must fit those of the training data.</summary>
    /// <exception cref="ArgumentException">A column is missing, has a wrong type, or differs from the training data's.</exception>
    public TrainingColumns FindLikeThese(IExceptionContext context, DataViewSchema schema, TrainerColumnNames names)
    {
        TrainingColumns columns = Find(context, schema, names);
        if (columns.FeatureCount != FeatureCount)
        {
            throw context.ExceptParam(nameof(schema), $"The feature column '{Feature.Name}' has {columns.FeatureCount} values " +
                $"in the validation data and {FeatureCount} in the training data. Send both through the same transforms.");
        }
        return columns.ClassCount == ClassCount
            ? columns
            : throw context.ExceptParam(nameof(schema), $"The label column '{Label.Name}' has {columns.ClassCount} keys in the " +
                $"validation data and {ClassCount} in the training data. Fit MapValueToKey once and transform both with it.");
    }
}
