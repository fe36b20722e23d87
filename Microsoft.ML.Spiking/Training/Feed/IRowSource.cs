namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>Rows as training sees them: where they come from is not its business.</summary>
internal interface IRowSource
{
    /// <summary>Values in a row.</summary>
    int FeatureCount { get; }

    /// <summary>Starts a pass over all rows, in their own order. Passes give the same rows every time.</summary>
    IRowCursor Open();
}
