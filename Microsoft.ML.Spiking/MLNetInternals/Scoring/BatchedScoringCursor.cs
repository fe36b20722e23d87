using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>
/// Reads rows ahead from one input cursor, scores them with one call, and hands them out in their order with their
/// ids, batches and active columns.
/// </summary>
internal sealed class BatchedScoringCursor : RootCursorBase
{
    private const int MostValues = 1 << 20;

    private readonly DataViewRowCursor _input;
    private readonly ScoringBinding _binding;
    private readonly bool[] _active;
    private readonly VectorColumnBuffer<float> _features;
    private readonly ColumnBuffer?[] _columns; // by index in the input; null where not active
    private readonly ValueGetter<DataViewRowId> _idGetter;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private readonly float[] _matrix; // [rows, features]
    private readonly float[] _scores; // [rows, classes]
    private ExceptionDispatchInfo? _failure;
    private bool _atEnd;
    private int _rows;
    private int _row;

    /// <summary>Creates the cursor and owns the input, unless it throws.</summary>
    public BatchedScoringCursor(
        IChannelProvider provider, DataViewRowCursor input, ScoringBinding binding, bool[] active)
        : base(provider)
    {
        int capacity = Math.Clamp(
            MostValues / Math.Max(binding.FeatureCount, binding.ClassCount), 1, binding.Scorer.Source.BatchRows);
        _input = input;
        _binding = binding;
        _active = active;
        _columns = [.. binding.Input.Select(column =>
            active[column.Index] ? ColumnBuffer.Create(input, column, capacity) : null)];
        // Asked once for each row, also when the consumer wants the features too: getters need not be repeatable.
        _features = (VectorColumnBuffer<float>)(
            _columns[binding.Feature.Index] ??= ColumnBuffer.Create(input, binding.Feature, capacity));
        _idGetter = input.GetIdGetter();
        _ids = new DataViewRowId[capacity];
        _batches = new long[capacity];
        _matrix = new float[capacity * binding.FeatureCount];
        _scores = new float[capacity * binding.ClassCount];
    }

    public override DataViewSchema Schema => _binding.Output;

    public override long Batch => _rows == 0 ? _input.Batch : _batches[_row];

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Current()];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Ch.CheckParam(IsColumnActive(column), nameof(column), $"The column '{column.Name}' is not active.");
        Delegate getter = _binding.IsComputed(column)
            ? _binding.Getter(column, Scores)
            : _columns[column.Index]!.Getter(Current);
        return getter as ValueGetter<TValue> ?? throw ScoreValues.WrongType<TValue>(column);
    }

    protected override bool MoveNextCore()
    {
        if (_row + 1 < _rows)
        {
            _row++;
            return true;
        }
        // A row that cannot be read or scored is not skipped: a consumer that tries again gets the same exception.
        _failure?.Throw();
        if (_atEnd)
        {
            return false;
        }
        (_row, _rows) = (0, 0);
        int rows = Read();
        try
        {
            _binding.Scorer.Score(_matrix.AsSpan(0, rows * _binding.FeatureCount), rows,
                _scores.AsSpan(0, rows * _binding.ClassCount));
        }
        catch (Exception exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
            throw;
        }
        _rows = rows;
        return rows > 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Read()
    {
        int rows = 0;
        try
        {
            while (rows < _ids.Length)
            {
                if (!_input.MoveNext())
                {
                    _atEnd = true;
                    return rows;
                }
                Store(rows);
                rows++;
            }
        }
        catch (Exception exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
            if (rows == 0)
            {
                throw;
            }
            // The consumer may stop before the row that cannot be read: the exception waits until that row is needed.
        }
        return rows;
    }

    private void Store(int row)
    {
        foreach (ColumnBuffer? column in _columns)
        {
            column?.Store(row);
        }
        _binding.Rows.Read(in _features[row],
            _matrix.AsSpan(row * _binding.FeatureCount, _binding.FeatureCount), _binding.Feature.Name);
        _idGetter(ref _ids[row]);
        _batches[row] = _input.Batch;
    }

    private int Current()
    {
        Ch.Check(IsGood && _row < _rows, "There is no current row: call MoveNext first.");
        return _row;
    }

    private ReadOnlySpan<float> Scores() => _scores.AsSpan(Current() * _binding.ClassCount, _binding.ClassCount);
}
