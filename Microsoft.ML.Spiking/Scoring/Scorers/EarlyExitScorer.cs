using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Streams;

namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>A scorer in managed code that ends the scoring of a row when it is decided.</summary>
/// <param name="definition">The network.</param>
/// <param name="weights">Its arrays; they are copied.</param>
/// <param name="exit">When a row is decided.</param>
/// <param name="count">Counts rows and steps.</param>
internal sealed class EarlyExitScorer(
    NetworkDefinition definition, NetworkWeights weights, EarlyExit exit, StepCount count) : IScorer
{
    // Where no row can be decided early, rows are scored as ever.
    private readonly ManagedScorer? _full =
        exit.MayDecide && definition.TimeSteps > 1 ? null : new(definition, weights);

    private readonly RowWalk? _walk =
        exit.MayDecide && definition.TimeSteps > 1 ? new(definition, weights) : null;

    private volatile bool _disposed;

    public int FeatureCount => definition.InputSize;

    public int ClassCount => definition.ClassCount;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ScoreArguments.Check(this, features, rows, scores);
        _full?.Score(features, rows, scores);
        long finite = 0, steps = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> one = features.Slice(row * FeatureCount, FeatureCount);
            Span<float> own = scores.Slice(row * ClassCount, ClassCount);
            if (ScoreArguments.AreFinite(one))
            {
                finite++;
                steps += _walk?.Score(one, exit, own) ?? definition.TimeSteps;
            }
            else
            {
                own.Fill(float.NaN);
            }
        }
        count.Add(finite, steps);
    }

    public void Dispose()
    {
        _disposed = true;
        _full?.Dispose();
    }
}

/// <summary>The rows that were scored and their time steps, counted by all threads.</summary>
internal sealed class StepCount
{
    private long _rows;
    private long _steps;

    /// <summary>Gets the mean number of steps of a row; null before the first.</summary>
    public double? Mean
    {
        get
        {
            // Rows are added last, so that the mean is never of fewer rows than steps.
            long rows = Interlocked.Read(ref _rows);
            return rows == 0 ? null : (double)Interlocked.Read(ref _steps) / rows;
        }
    }

    public void Add(long rows, long steps)
    {
        Interlocked.Add(ref _steps, steps);
        Interlocked.Add(ref _rows, rows);
    }
}
