namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>Rows that several trainings read, one after the other or at once: they are read from their source once and kept once.</summary>
/// <param name="source">The rows. Trainings that the memory budget does not allow to keep them read it every epoch.</param>
internal sealed class SharedRows(IRowSource source) : IRowSource
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Steps, int Channels), ChannelStatistics> _channels = [];
    private RowFeed? _feed;

    public int FeatureCount => source.FeatureCount;

    public IRowCursor Open() => source.Open();

    /// <summary>See <see cref="RowFeed.Open"/>; the first call's number of classes and memory budget hold for all.</summary>
    public RowFeed Feed(int classCount, long memoryBudget, ChannelMoments? channels, CancellationToken token)
    {
        lock (_gate)
        {
            _feed ??= RowFeed.Open(source, classCount, memoryBudget, token);
            return _feed.Again(_feed.Summary with { Channels = channels is null ? null : Statistics(channels, token) });
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
