using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using static Microsoft.ML.Data.AnnotationUtils;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>The columns that a trained model reads and writes.</summary>
/// <param name="FeatureName">The column of the features.</param>
/// <param name="FeatureShape">Its dimensions in training.</param>
/// <param name="Label">The training label. A predicted key has its type and key values.</param>
/// <param name="PredictedLabelName">The column of the predicted label: a key, or a Boolean for two classes.</param>
/// <param name="ScoreName">
/// The column of the scores: probabilities, or the logarithm of the odds for two classes.
/// </param>
/// <param name="ProbabilityName">The column of the probability for two classes; null for a key label.</param>
internal sealed record ScoringColumns(string FeatureName, IReadOnlyList<int> FeatureShape, DataViewSchema.Column Label,
    string PredictedLabelName, string ScoreName, string? ProbabilityName)
{
    /// <summary>Gets whether the model predicts a Boolean.</summary>
    public bool IsBinary => ProbabilityName is not null;

    /// <summary>Gets the names of the columns that are written, in their order.</summary>
    public IReadOnlyList<string> OutputNames =>
        ProbabilityName is null ? [PredictedLabelName, ScoreName] : [PredictedLabelName, ScoreName, ProbabilityName];

    /// <summary>Takes the feature's shape and the label from the schema that a model was trained on.</summary>
    public static ScoringColumns Of(DataViewSchema trainSchema, string feature, string label, string predictedLabel,
        string score, string? probability = null) =>
        new(feature, ((VectorDataViewType)trainSchema[feature].Type).Dimensions, trainSchema[label], predictedLabel,
            score, probability);
}

/// <summary>
/// The schema of scored data, with the annotations that ML.NET's evaluators and key transforms look for, in the order
/// in which ML.NET's own models have them.
/// </summary>
internal static class ScoredSchema
{
    /// <summary>Returns the input's columns followed by those of the prediction.</summary>
    public static DataViewSchema Create(DataViewSchema input, ScoringColumns columns, int classCount)
    {
        uint scoreSet = checked(input.GetMaxAnnotationKind(out _, Kinds.ScoreColumnSetId) + 1);
        string kind = columns.IsBinary
            ? Const.ScoreColumnKind.BinaryClassification : Const.ScoreColumnKind.MulticlassClassification;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        DataViewType scoreType = columns.IsBinary
            ? NumberDataViewType.Single : new VectorDataViewType(NumberDataViewType.Single, classCount);
        builder.AddColumn(
            columns.PredictedLabelName, columns.Label.Type, PredictedLabel(columns.Label, scoreSet, kind));
        builder.AddColumn(columns.ScoreName, scoreType, Score(columns.Label, scoreSet, kind));
        if (columns.ProbabilityName is string probability)
        {
            builder.AddColumn(probability, NumberDataViewType.Single, Probability(scoreSet, kind));
        }
        return builder.ToSchema();
    }

    private static DataViewSchema.Annotations PredictedLabel(DataViewSchema.Column label, uint scoreSet, string kind)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        AddText(builder, Kinds.ScoreColumnKind, kind);
        AddText(builder, Kinds.ScoreValueKind, Const.ScoreValueKind.PredictedLabel);
        if (TrainSchema.KeyValuesType(label) is not null)
        {
            builder.Add(label.Annotations, name => name == Kinds.KeyValues);
        }
        AddSet(builder, scoreSet);
        return builder.ToAnnotations();
    }

    private static DataViewSchema.Annotations Score(DataViewSchema.Column label, uint scoreSet, string kind)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        AddText(builder, Kinds.ScoreColumnKind, kind);
        AddSet(builder, scoreSet);
        AddText(builder, Kinds.ScoreValueKind, Const.ScoreValueKind.Score);
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

    private static DataViewSchema.Annotations Probability(uint scoreSet, string kind)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        AddText(builder, Kinds.ScoreColumnKind, kind);
        AddSet(builder, scoreSet);
        builder.Add(Kinds.IsNormalized, BooleanDataViewType.Instance, (ref bool value) => value = true);
        AddText(builder, Kinds.ScoreValueKind, Const.ScoreValueKind.Probability);
        return builder.ToAnnotations();
    }

    private static void AddSet(DataViewSchema.Annotations.Builder builder, uint scoreSet) =>
        builder.Add(Kinds.ScoreColumnSetId, ScoreColumnSetIdType, (ref uint value) => value = scoreSet);

    private static void AddText(DataViewSchema.Annotations.Builder builder, string kind, string text) =>
        builder.Add(kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());

    private static Delegate Getter<TVector>(DataViewSchema.Column label, VectorDataViewType type, int unused) =>
        label.Annotations.GetGetter<TVector>(label.Annotations.Schema[Kinds.KeyValues]);
}
