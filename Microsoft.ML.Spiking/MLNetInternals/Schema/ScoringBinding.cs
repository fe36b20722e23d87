using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>
/// A model bound to the schema of the data that it is to score: which column it reads, and the schema that leaves,
/// which is the input's followed by the predicted label and the score.
/// </summary>
internal sealed class ScoringBinding
{
    /// <summary>Binds the model.</summary>
    /// <param name="context">Marks the exceptions.</param>
    /// <param name="input">The schema of the data.</param>
    /// <param name="columns">The names and the label.</param>
    /// <param name="network">The sizes.</param>
    /// <param name="scorer">Shared with the model.</param>
    /// <exception cref="ArgumentException">
    /// The feature column is missing, or is no vector of that many Singles.
    /// </exception>
    public ScoringBinding(
        IExceptionContext context, DataViewSchema input, ScoringColumns columns, NetworkDefinition network, SharedScorer scorer)
    {
        Input = input;
        Scorer = scorer;
        FeatureCount = network.InputSize;
        ClassCount = network.ClassCount;
        Rows = new(network);
        Feature = FindFeature(context, input, columns, network);
        Output = ScoredSchema.Create(input, columns, ClassCount);
    }

    /// <summary>The schema of the data.</summary>
    public DataViewSchema Input { get; }

    /// <summary>The input's columns, the predicted label, the score.</summary>
    public DataViewSchema Output { get; }

    /// <summary>The feature column of <see cref="Input"/>.</summary>
    public DataViewSchema.Column Feature { get; }

    /// <summary>Values in a row.</summary>
    public int FeatureCount { get; }

    /// <summary>Reads rows.</summary>
    public FeatureRows Rows { get; }

    /// <summary>Scores in a row.</summary>
    public int ClassCount { get; }

    /// <summary>Scores the rows.</summary>
    public SharedScorer Scorer { get; }

    /// <summary>Index in <see cref="Output"/>.</summary>
    public int PredictedLabelIndex => Input.Count;

    /// <summary>Index in <see cref="Output"/>.</summary>
    public int ScoreIndex => Input.Count + 1;

    /// <summary>Whether that column of <see cref="Output"/> is computed here and not passed through.</summary>
    public bool IsComputed(DataViewSchema.Column column) => column.Index >= Input.Count;

    /// <summary>Which columns of <see cref="Output"/> those are.</summary>
    public bool[] Active(IEnumerable<DataViewSchema.Column> columns)
    {
        bool[] active = new bool[Output.Count];
        foreach (DataViewSchema.Column column in columns)
        {
            active[column.Index] = true;
        }
        return active;
    }

    /// <summary>The columns of <see cref="Input"/> that those of <see cref="Output"/> need.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies(bool[] active)
    {
        bool computes = active[PredictedLabelIndex] || active[ScoreIndex];
        return Input.Where(column => active[column.Index] || (computes && column.Index == Feature.Index));
    }

    private static DataViewSchema.Column FindFeature(
        IExceptionContext context, DataViewSchema input, ScoringColumns columns, NetworkDefinition network)
    {
        string name = columns.FeatureName;
        if (input.GetColumnOrNull(name) is not DataViewSchema.Column column)
        {
            throw context.ExceptParam(nameof(input), $"The data has no column '{name}', from which the model reads its features. " +
                $"Its columns are: {string.Join(", ", input.Select(other => $"'{other.Name}'"))}.");
        }
        if (column.Type is not VectorDataViewType type || type.ItemType != NumberDataViewType.Single || type.Size != network.InputSize)
        {
            throw context.ExceptParam(nameof(input), $"The feature column '{name}' is of type {column.Type}; the model was " +
                $"trained on vectors of {network.InputSize} values of Single. {Advice(column.Type, network.InputSize)}");
        }
        IReadOnlyList<int> trained = columns.FeatureShape.Count >= type.Dimensions.Length ? columns.FeatureShape : network.FeatureShape;
        return RowLayout.Contradict(type.Dimensions, trained)
            ? throw context.ExceptParam(nameof(input), $"The feature column '{name}' has the shape " +
                $"[{string.Join(", ", type.Dimensions)}]; the model was trained on images of the shape [{string.Join(", ", trained)}].")
            : column;
    }

    private static string Advice(DataViewType type, int size) => type switch
    {
        VectorDataViewType vector when vector.ItemType != NumberDataViewType.Single =>
            "Convert it with Transforms.Conversion.ConvertType to DataKind.Single.",
        VectorDataViewType { IsKnownSize: false } => $"Annotate the class's member as in [VectorType({size})], or load the column with a fixed range.",
        VectorDataViewType => "Send the data through the transforms that the model was trained behind.",
        _ => "Make it a vector with Transforms.Concatenate.",
    };
}
