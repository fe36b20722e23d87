using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Networks.Definition;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>
/// The columns of a data view that training reads, checked; every refusal says which, why, and what to do.
/// </summary>
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

    /// <summary>Gets the shape of a row: the dimensions of the feature vector.</summary>
    public IReadOnlyList<int> FeatureShape => ((VectorDataViewType)Feature.Type).Dimensions;

    /// <summary>Gets the number of values in a row.</summary>
    public int FeatureCount => ((VectorDataViewType)Feature.Type).Size;

    /// <summary>Gets the number of classes, absent ones included.</summary>
    public int ClassCount => checked((int)((KeyDataViewType)Label.Type).Count);

    /// <summary>Gets the columns that a pass over the data needs.</summary>
    public IEnumerable<DataViewSchema.Column> All => Weight is { } weight ? [Feature, Label, weight] : [Feature, Label];

    /// <summary>Returns the name of a slot of the feature column, where it has one, behind its number from 0.</summary>
    public string SlotName(int slot)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (!Feature.HasSlotNames())
        {
            return Invariant($"{slot}");
        }
        Feature.GetSlotNames(ref names);
        return Invariant($"{slot} ('{names.GetItemOrDefault(slot)}')");
    }

    /// <summary>Finds and checks the columns.</summary>
    /// <exception cref="ArgumentException">A column is missing or has a type that training cannot use.</exception>
    /// <exception cref="InvalidOperationException">The keys have been mapped from no rows.</exception>
    public static TrainingColumns Find(
        IExceptionContext context, IDataView data, TrainerColumnNames names, string role = "training")
    {
        DataViewSchema schema = data.Schema;
        ColumnShapes.Check(context, SchemaShape.Create(schema), names);
        DataViewSchema.Column label = schema[names.Label];
        ulong count = ((KeyDataViewType)label.Type).Count;
        if (count == 1 && !HasRows(data, label))
        {
            throw context.Except($"The {role} data has no rows."); // no rows are mapped to a single key
        }
        string? fault = count switch
        {
            >= NoCount => "does not say how many keys there are. Map it with Transforms.Conversion.MapValueToKey, or " +
                "give its type a count, as in [KeyType(count: 10)].",
            > MostClasses => Invariant($"has {count:N0} keys; at most {MostClasses:N0} classes are possible. ") +
                "Is it the right column?",
            1 => "has a single key; at least two classes are needed.",
            _ => null,
        };
        return fault is null
            ? new(schema[names.Feature], label, names.Weight is string weight ? schema[weight] : null)
            : throw context.ExceptParam(nameof(schema), $"The label column '{label.Name}' {fault}");
    }

    /// <summary>Finds and checks the columns of validation data, which must fit those of the training data.</summary>
    /// <exception cref="ArgumentException">
    /// A column is missing, has a wrong type, or differs from the training data's.
    /// </exception>
    /// <exception cref="InvalidOperationException">The keys have been mapped from no rows.</exception>
    public TrainingColumns FindLikeThese(IExceptionContext context, IDataView validation, TrainerColumnNames names)
    {
        TrainingColumns columns = Find(context, validation, names, "validation");
        return FaultOf(columns) is string fault ? throw context.ExceptParam("validationData", fault) : columns;
    }

    private string? FaultOf(TrainingColumns validation)
    {
        if (validation.FeatureCount != FeatureCount)
        {
            return Invariant($"The feature column '{Feature.Name}' has {validation.FeatureCount} values in the ") +
                Invariant($"validation data and {FeatureCount} in the training data. Send both through the same ") +
                "transforms.";
        }
        if (RowLayout.Contradict(validation.FeatureShape, FeatureShape))
        {
            string present = string.Join(", ", validation.FeatureShape);
            return $"The feature column '{Feature.Name}' has the shape [{present}] in the " +
                $"validation data and [{string.Join(", ", FeatureShape)}] in the training data. Send both through " +
                "the same transforms.";
        }
        if (validation.ClassCount != ClassCount)
        {
            return Invariant($"The label column '{Label.Name}' has {validation.ClassCount} keys in the validation ") +
                Invariant($"data and {ClassCount} in the training data. Fit MapValueToKey once and transform both ") +
                "with it.";
        }
        return KeyNames.Difference(Label, validation.Label) is not { } keys ? null
            : $"The label column '{Label.Name}' has " +
                (keys.IsOrderAlone ? "its keys in another order" : "other keys") + " in the " +
                Invariant($"validation data: its key {keys.Key} is '{keys.Present}' there and '{keys.Known}' in the ") +
                "training data. Fit MapValueToKey once and transform both with it.";
    }

    private static bool HasRows(IDataView data, DataViewSchema.Column label)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([label]);
        return cursor.MoveNext();
    }
}

/// <summary>The columns that a trainer's options name.</summary>
/// <param name="Feature">Read.</param>
/// <param name="Label">Read.</param>
/// <param name="Weight">Read; null for none.</param>
/// <param name="PredictedLabel">Written by the trained model.</param>
/// <param name="Score">Written by the trained model.</param>
internal sealed record TrainerColumnNames(
    string Feature, string Label, string? Weight, string PredictedLabel, string Score);
