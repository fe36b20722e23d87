using System.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.MLNetInternals.Training;

/// <summary>One pass over the usable rows of a data view.</summary>
internal sealed class DataViewFeedCursor : IRowCursor
{
    /// <summary>The largest magnitude of a measured value; the fill values of scientific data are above it.</summary>
    public const float LargestPlausible = 1e18f;

    private readonly IHost _host;
    private readonly DataViewRowCursor _cursor;
    private readonly FeatureRows _rows;
    private readonly float[] _row; // where the values do not lie in the network's order
    private readonly int _featureCount;
    private readonly string _featureName;
    private readonly ValueGetter<VBuffer<float>> _featureGetter;
    private readonly ValueGetter<uint> _labelGetter;
    private readonly ValueGetter<float>? _weightGetter;
    private readonly Action<PassStatistics> _endOfPass;
    private readonly PassStatistics _statistics;
    private VBuffer<float> _features;
    private float _weight = 1;

    /// <summary>Starts the pass and owns the cursor.</summary>
    /// <param name="host">
    /// Asked at every row whether it was cancelled: a first pass over a large file may take long.
    /// </param>
    /// <param name="cursor">With the columns active.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">Brings the features into the network's order.</param>
    /// <param name="endOfPass">Called when there are no more rows; may throw.</param>
    public DataViewFeedCursor(
        IHost host, DataViewRowCursor cursor, TrainingColumns columns, FeatureRows rows,
        Action<PassStatistics> endOfPass)
    {
        _host = host;
        _cursor = cursor;
        _endOfPass = endOfPass;
        _rows = rows;
        _row = rows.AreInOrder ? [] : new float[columns.FeatureCount];
        _featureCount = columns.FeatureCount;
        _featureName = columns.Feature.Name;
        _statistics = new(columns.ClassCount);
        try
        {
            _featureGetter = cursor.GetGetter<VBuffer<float>>(columns.Feature);
            _labelGetter = cursor.GetGetter<uint>(columns.Label);
            _weightGetter = columns.Weight is { } weight ? cursor.GetGetter<float>(weight) : null;
        }
        catch
        {
            cursor.Dispose();
            throw;
        }
    }

    public ReadOnlySpan<float> Values => _rows.AreInOrder ? _features.GetValues() : _row;

    public ReadOnlySpan<int> Indices => _features.GetIndices();

    public bool IsDense => _features.IsDense || !_rows.AreInOrder;

    public int Label { get; private set; }

    public float Weight => _weight;

    public bool MoveNext()
    {
        while (_cursor.MoveNext())
        {
            _host.CheckAlive();
            uint key = 0; // 0 is missing, 1 the first class
            _labelGetter(ref key);
            _featureGetter(ref _features);
            _weightGetter?.Invoke(ref _weight);
            if (_features.Length != _featureCount)
            {
                throw new InvalidOperationException($"A row of column '{_featureName}' has {_features.Length} " +
                    $"values; its type promises {_featureCount}.");
            }
            ReadOnlySpan<float> values = _features.GetValues();
            int beyond = FirstBeyond(values);
            bool areFinite = beyond < 0 || AreFinite(values[beyond..]);
            int slot = beyond < 0 || _features.IsDense ? beyond : _features.GetIndices()[beyond];
            if (_statistics.Count((long)key - 1, areFinite, _weight, slot))
            {
                if (!_rows.AreInOrder)
                {
                    _rows.Read(in _features, _row, _featureName);
                }
                Label = (int)(key - 1);
                return true;
            }
        }
        _endOfPass(_statistics);
        return false;
    }

    public void Dispose() => _cursor.Dispose();

    /// <summary>Returns the place of the first value that is missing, infinite or beyond reason; -1 for none.</summary>
    private static int FirstBeyond(ReadOnlySpan<float> values)
    {
        int place = 0;
        var limit = new Vector<float>(LargestPlausible);
        while (values.Length - place >= Vector<float>.Count
            && Vector.LessThanOrEqualAll(Vector.Abs(new Vector<float>(values[place..])), limit))
        {
            place += Vector<float>.Count;
        }
        for (; place < values.Length; place++)
        {
            if (!(Math.Abs(values[place]) <= LargestPlausible))
            {
                return place;
            }
        }
        return -1;
    }

    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }
        return true;
    }
}
