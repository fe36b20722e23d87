using Microsoft.ML;
using Microsoft.ML.Data;

namespace Samples;

/// <summary>The columns that a model reads and writes, derived from the file alone.</summary>
/// <param name="FeatureColumn">The one column that the score depends on.</param>
/// <param name="FeatureCount">Its number of values.</param>
/// <param name="IdleColumns">Other columns that it may ask for.</param>
/// <param name="ScoreColumn">The column of the probabilities.</param>
/// <param name="Classes">The labels, in the order of the probabilities.</param>
internal sealed record ModelSchema(
    string FeatureColumn, int FeatureCount, IReadOnlyList<IdleColumn> IdleColumns, string ScoreColumn,
    IReadOnlyList<string> Classes)
{
    /// <summary>Derives the columns from the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">The schema that was saved with it; null without one.</param>
    /// <exception cref="ModelFileException">These programs cannot feed it, or cannot read its scores.</exception>
    public static ModelSchema Of(ITransformer model, DataViewSchema? input)
    {
        if (input is null)
        {
            throw new ModelFileException(
                "it was saved without the schema of its input: pass that schema to mlContext.Model.Save");
        }
        IRowToRowMapper mapper = model.GetRowToRowMapper(input);
        DataViewSchema.Column score = FindScore(mapper.OutputSchema);
        DataViewSchema.Column[] read = [.. mapper.GetDependencies([score])];
        if (read is not [DataViewSchema.Column feature]
            || feature.Type is not VectorDataViewType { Size: > 0, ItemType: NumberDataViewType } type)
        {
            throw new ModelFileException("it does not score one vector of numbers but " +
                string.Join(", ", read.Select(column => $"'{column.Name}' ({column.Type})")));
        }
        IdleColumn[] idle =
            [.. input.Where(column => column.Name != feature.Name).Select(IdleColumn.Of).OfType<IdleColumn>()];
        return new ModelSchema(feature.Name, type.Size, idle, score.Name, ClassNames.Of(score));
    }

    private static DataViewSchema.Column FindScore(DataViewSchema output)
    {
        foreach (DataViewSchema.Column column in output.Reverse())
        {
            if (column.Type is VectorDataViewType && Annotation(column, "ScoreValueKind") == "Score"
                && Annotation(column, "ScoreColumnKind") == "MulticlassClassification")
            {
                return column;
            }
        }
        throw new ModelFileException("it is not a classifier: none of its columns holds the probabilities of classes");
    }

    private static string? Annotation(DataViewSchema.Column column, string kind)
    {
        if (column.Annotations.Schema.GetColumnOrNull(kind) is null)
        {
            return null;
        }
        ReadOnlyMemory<char> value = default;
        column.Annotations.GetValue(kind, ref value);
        return value.ToString();
    }
}
