namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>Rows that follow each other in their source, as many as memory holds, and what hands them out.</summary>
internal sealed class RowChunk
{
    public RowChunk(int featureCount)
    {
        Rows = new(featureCount);
        Reader = new(Rows, featureCount);
    }

    public RowStore Rows { get; }

    public StoreReader Reader { get; }
}
