namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// Rows that do not fit into memory: read from their source again every epoch, in chunks of half the memory budget, and
/// shuffled within such a chunk; while the rows of one chunk are handed out, the next is read. The first chunk of a
/// shuffled epoch is cut short at random, so that the borders of the chunks lie elsewhere in every epoch.
/// </summary>
/// <remarks>Rows that are sorted in their source stay roughly sorted if the budget is small: shuffle the source.</remarks>
internal sealed class StreamedFeed(IRowSource source, RowSummary summary, long memoryBudget)
    : RowFeed(source.FeatureCount, summary, bytes: 0)
{
    // For one pass at a time, and kept for the next.
    private readonly RowChunk _first = new(source.FeatureCount);
    private readonly RowChunk _second = new(source.FeatureCount);

    public override RowFeed Again(RowSummary summary) => new StreamedFeed(source, summary, memoryBudget);

    public override IRowReader Shuffled(int seed, int epoch) => Reader(seed, epoch);

    public override IRowReader InOrder() => Reader(seed: null, epoch: 0);

    private StreamedReader Reader(int? seed, int epoch) =>
        new(source.Open(), FeatureCount, (_first, _second), memoryBudget / 2, seed, epoch);
}
