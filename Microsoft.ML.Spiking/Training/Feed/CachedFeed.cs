using Microsoft.ML.Spiking.Randomness;


namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>Rows in memory; every epoch has an order of its own, each order equally likely.</summary>
internal sealed class CachedFeed(int featureCount, RowSummary summary, RowStore store)
    : RowFeed(featureCount, summary, store.Bytes)
{
    public override RowFeed Again(RowSummary summary) => new CachedFeed(FeatureCount, summary, store);

    public override IRowReader Shuffled(int seed, int epoch)
    {
        var reader = new StoreReader(store, FeatureCount);
        reader.Restart(new RandomStream(seed, RandomPurpose.Shuffling, epoch: epoch));
        return reader;
    }

    public override IRowReader InOrder()
    {
        var reader = new StoreReader(store, FeatureCount);
        reader.Restart();
        return reader;
    }
}
