using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>
/// A model bound to the schema of the data that it is to score: the column that it reads, and the schema of scored
/// data, which is the input's followed by the columns of the prediction.
/// </summary>
internal sealed class ScoringBinding
{
    private readonly bool _isBinary;

    /// <summary>Binds the model.</summary>
    /// <param name="context">Marks the exceptions.</param>
    /// <param name="input">The schema of the data.</param>
    /// <param name="columns">The names and the label.</param>
    /// <param name="network">The sizes.</param>
    /// <param name="scorer">The model's scorer.</param>
    /// <exception cref="ArgumentException">
    /// The feature column is missing, or is no vector of that many Singles.
    /// </exception>
    public ScoringBinding(IExceptionContext context, DataViewSchema input, ScoringColumns columns,
        NetworkDefinition network, SharedScorer scorer)
    {
        Input = input;
        Scorer = scorer;
        FeatureCount = network.InputSize;
        ClassCount = network.ClassCount;
        Rows = new(network);
        Feature = FindFeature(context, input, columns, network);
        Output = ScoredSchema.Create(input, columns, ClassCount);
        _isBinary = columns.IsBinary;
    }

    /// <summary>Gets the schema of the data.</summary>
    public DataViewSchema Input { get; }

    /// <summary>Gets the input's columns followed by those of the prediction.</summary>
    public DataViewSchema Output { get; }

    /// <summary>Gets the feature column of <see cref="Input"/>.</summary>
    public DataViewSchema.Column Feature { get; }

    /// <summary>Gets the number of values in a row.</summary>
    public int FeatureCount { get; }

    /// <summary>Gets the reader of rows.</summary>
    public FeatureRows Rows { get; }

    /// <summary>Gets the number of scores in a row.</summary>
    public int ClassCount { get; }

    /// <summary>Gets the scorer of the rows.</summary>
    public SharedScorer Scorer { get; }

    /// <summary>
    /// Returns whether a column of <see cref="Output"/> is part of the prediction, not passed through.
    /// </summary>
    public bool IsComputed(DataViewSchema.Column column) => column.Index >= Input.Count;

    /// <summary>Returns whether one of the active columns of <see cref="Output"/> is part of the prediction.</summary>
    public bool IsScored(bool[] active) => active.AsSpan(Input.Count).Contains(true);

    /// <summary>Returns which columns of <see cref="Output"/> are among those.</summary>
    public bool[] Active(IEnumerable<DataViewSchema.Column> columns)
    {
        bool[] active = new bool[Output.Count];
        foreach (DataViewSchema.Column column in columns)
        {
            active[column.Index] = true;
        }
        return active;
    }

    /// <summary>Returns the columns of <see cref="Input"/> that the active ones of <see cref="Output"/> need.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies(bool[] active)
    {
        bool isScored = IsScored(active);
        return Input.Where(column => active[column.Index] || (isScored && column.Index == Feature.Index));
    }

    /// <summary>Makes a getter of a column of the prediction.</summary>
    /// <param name="column">A computed column of <see cref="Output"/>.</param>
    /// <param name="scores">Gives the probabilities of the current row's classes.</param>
    public Delegate Getter(DataViewSchema.Column column, RowScores scores) =>
        (column.Index - Input.Count, _isBinary) switch
        {
            (0, false) => (ValueGetter<uint>)((ref uint value) => value = ScoreValues.PredictedKey(scores())),
            (_, false) =>
                (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => ScoreValues.Copy(scores(), ref value)),
            (0, true) => (ValueGetter<bool>)((ref bool value) => value = ScoreValues.LogOdds(scores()) > 0),
            (1, true) => (ValueGetter<float>)((ref float value) => value = ScoreValues.LogOdds(scores())),
            (_, true) => (ValueGetter<float>)((ref float value) => value = scores()[1]),
        };

    private static DataViewSchema.Column FindFeature(
        IExceptionContext context, DataViewSchema input, ScoringColumns columns, NetworkDefinition network)
    {
        string name = columns.FeatureName;
        if (input.GetColumnOrNull(name) is not DataViewSchema.Column column)
        {
            throw context.ExceptParam(nameof(input),
                $"The data has no column '{name}', from which the model reads its features. " +
                $"Its columns are: {ColumnShapes.NamesOf(input)}.");
        }
        if (column.Type is not VectorDataViewType type || type.ItemType != NumberDataViewType.Single ||
            type.Size != network.InputSize)
        {
            throw context.ExceptParam(nameof(input), $"The feature column '{name}' is of type {column.Type}; the " +
                $"model was trained on vectors of {network.InputSize} values of Single. " +
                Advice(column.Type, network.InputSize));
        }
        // A column of two dimensions is a series for a network that knows time, and else a vector.
        bool isFlat = type.Dimensions.Length == 2 || columns.FeatureShape.Count < type.Dimensions.Length;
        IReadOnlyList<int> trained = isFlat ? network.FeatureShape : columns.FeatureShape;
        return RowLayout.Contradict(type.Dimensions, trained)
            ? throw context.ExceptParam(nameof(input), $"The feature column '{name}' has the shape " +
                $"[{string.Join(", ", type.Dimensions)}]; the model was trained on " +
                $"{(type.Dimensions.Length > 2 ? "images" : "rows")} of the shape " +
                $"[{string.Join(", ", trained)}].")
            : column;
    }

    private static string Advice(DataViewType type, int size) => type switch
    {
        VectorDataViewType vector when vector.ItemType != NumberDataViewType.Single =>
            "Convert it with Transforms.Conversion.ConvertType to DataKind.Single.",
        VectorDataViewType { IsKnownSize: false } =>
            $"Annotate the class's member as in [VectorType({size})], or load the column with a fixed range.",
        VectorDataViewType => "Send the data through the transforms that the model was trained behind.",
        _ => "Make it a vector with Transforms.Concatenate.",
    };
}
