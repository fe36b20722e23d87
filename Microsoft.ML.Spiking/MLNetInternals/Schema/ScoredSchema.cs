using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using static Microsoft.ML.Data.AnnotationUtils;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>
/// The schema of scored data, with the annotations that ML.NET's evaluators and key transforms look for.
/// </summary>
internal static class ScoredSchema
{
    /// <summary>The input's columns, the predicted label, the score.</summary>
    public static DataViewSchema Create(DataViewSchema input, ScoringColumns columns, int classCount)
    {
        uint scoreSet = checked(input.GetMaxAnnotationKind(out _, Kinds.ScoreColumnSetId) + 1);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(columns.PredictedLabelName, columns.Label.Type, PredictedLabel(columns.Label, scoreSet));
        builder.AddColumn(columns.ScoreName, new VectorDataViewType(NumberDataViewType.Single, classCount),
            Score(columns.Label, scoreSet));
        return builder.ToSchema();
    }

    private static DataViewSchema.Annotations PredictedLabel(DataViewSchema.Column label, uint scoreSet)
    {
        DataViewSchema.Annotations.Builder builder = Common(scoreSet, Const.ScoreValueKind.PredictedLabel);
        if (TrainSchema.KeyValuesType(label) is not null)
        {
            builder.Add(label.Annotations, name => name == Kinds.KeyValues);
        }
        return builder.ToAnnotations();
    }

    private static DataViewSchema.Annotations Score(DataViewSchema.Column label, uint scoreSet)
    {
        DataViewSchema.Annotations.Builder builder = Common(scoreSet, Const.ScoreValueKind.Score);
        if (TrainSchema.KeyValuesType(label) is VectorDataViewType type)
        {
            Delegate values = Generic.Invoke(Getter<int>, type.RawType, label, type, 0);
            builder.Add(Kinds.TrainingLabelValues, type, values);
            if (type.ItemType is TextDataViewType)
            {
                builder.Add(Kinds.SlotNames, type, values);
            }
        }
        return builder.ToAnnotations();
    }

    private static DataViewSchema.Annotations.Builder Common(uint scoreSet, string valueKind)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(Kinds.ScoreColumnSetId, ScoreColumnSetIdType, (ref uint value) => value = scoreSet);
        AddText(builder, Kinds.ScoreColumnKind, Const.ScoreColumnKind.MulticlassClassification);
        AddText(builder, Kinds.ScoreValueKind, valueKind);
        return builder;
    }

    private static void AddText(DataViewSchema.Annotations.Builder builder, string kind, string text) =>
        builder.Add(kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());

    private static Delegate Getter<TVector>(DataViewSchema.Column label, VectorDataViewType type, int unused) =>
        label.Annotations.GetGetter<TVector>(label.Annotations.Schema[Kinds.KeyValues]);
}
