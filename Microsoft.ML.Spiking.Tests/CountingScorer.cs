using Microsoft.ML.Spiking.Scoring.Scorers;


namespace Microsoft.ML.Spiking.Tests;

/// <summary>Gives every row the same scores, and counts.</summary>
internal sealed class CountingScorer : IScorer
{
    private int _calls;
    private int _rows;

    public int Calls => _calls;

    public int Rows => _rows;

    public bool IsDisposed { get; private set; }

    public Action? DuringCall { get; init; }

    public int FeatureCount => 4;

    public int ClassCount => 3;

    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _rows, rows);
        DuringCall?.Invoke();
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        scores.Fill(1f / ClassCount);
    }

    public void Dispose() => IsDisposed = true;
}
