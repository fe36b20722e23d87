namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// Rows that several trainings read, one after the other or at the same time: read from their source once and kept
/// once.
/// </summary>
/// <param name="source">The rows. Where the memory budget does not allow to keep them, every training reads it.</param>
internal sealed class SharedRows(IRowSource source) : IRowSource
{
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Steps, int Channels), ChannelStatistics> _channels = [];
    private RowFeed? _feed;

    public int FeatureCount => source.FeatureCount;

    public IRowCursor Open() => source.Open();

    /// <summary>
    /// Opens the rows as <see cref="RowFeed.Open"/> does; the first call's number of classes and memory budget hold for
    /// all.
    /// </summary>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled, in a pass over the rows or while another training's pass was waited for.
    /// </exception>
    public RowFeed Feed(int classCount, long memoryBudget, ChannelMoments? channels, CancellationToken token)
    {
        // The first training may read for minutes, and the others must hear their own token meanwhile.
        while (!_gate.TryEnter(BetweenChecks))
        {
            token.ThrowIfCancellationRequested();
        }
        try
        {
            _feed ??= RowFeed.Open(source, classCount, memoryBudget, token);
            return _feed.Again(_feed.Summary with { Channels = channels is null ? null : Statistics(channels, token) });
        }
        finally
        {
            _gate.Exit();
        }
    }

    private ChannelStatistics Statistics(ChannelMoments channels, CancellationToken token)
    {
        if (!_channels.TryGetValue(channels.Layout, out ChannelStatistics? statistics))
        {
            using IRowCursor cursor = source.Open();
            while (cursor.MoveNext())
            {
                token.ThrowIfCancellationRequested();
                channels.Add(cursor);
            }
            statistics = channels.Statistics();
            _channels.Add(channels.Layout, statistics);
        }
        return statistics;
    }
}
