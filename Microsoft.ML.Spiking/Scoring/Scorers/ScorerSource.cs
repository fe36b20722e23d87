namespace Microsoft.ML.Spiking.Scoring.Scorers;

/// <summary>How a scorer is made, and what can be said of it before.</summary>
/// <param name="Create">Makes the scorer.</param>
/// <param name="BatchRows">More rows in one call make it no faster.</param>
internal sealed record ScorerSource(Func<IScorer> Create, int BatchRows)
{
    // Enough to make what a call costs by itself disappear; the rows' memory stays in the cache.
    private const int ManagedRows = 128;

    /// <summary>A scorer in managed code.</summary>
    public static ScorerSource Managed(Func<IScorer> create) => new(create, ManagedRows);
}
