using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>One row with the columns of a prediction, scored when one of them is first asked for.</summary>
internal sealed class ScoredRow : WrappingRow
{
    private readonly ScoringBinding _binding;
    private readonly bool[] _active;
    private readonly ValueGetter<VBuffer<float>>? _featureGetter;
    private readonly float[] _features;
    private readonly float[] _scores;
    private VBuffer<float> _buffer;
    private long _scored = -1;

    public ScoredRow(DataViewRow input, ScoringBinding binding, bool[] active) : base(input)
    {
        _binding = binding;
        _active = active;
        bool isScored = binding.IsScored(active);
        _featureGetter = isScored ? input.GetGetter<VBuffer<float>>(binding.Feature) : null;
        _features = isScored ? new float[binding.FeatureCount] : [];
        _scores = isScored ? new float[binding.ClassCount] : [];
    }

    public override DataViewSchema Schema => _binding.Output;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
        {
            throw Contracts.ExceptParam(nameof(column), $"The column '{column.Name}' is not active.");
        }
        if (!_binding.IsComputed(column))
        {
            return Input.GetGetter<TValue>(Input.Schema[column.Index]);
        }
        return _binding.Getter(column, Scores) as ValueGetter<TValue> ?? throw ScoreValues.WrongType<TValue>(column);
    }

    private ReadOnlySpan<float> Scores()
    {
        if (_scored != Position)
        {
            _featureGetter!(ref _buffer);
            _binding.Rows.Read(in _buffer, _features, _binding.Feature.Name);
            _binding.Scorer.Score(_features, 1, _scores);
            _scored = Position;
        }
        return _scores;
    }
}
