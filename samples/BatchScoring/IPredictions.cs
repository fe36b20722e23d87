namespace BatchScoring;

/// <summary>The predictions while they are written, block by block, under another name than their own.</summary>
internal interface IPredictions : IDisposable
{
    /// <summary>Gets the number of rows whose predictions are there already.</summary>
    long RowCount { get; }

    /// <summary>Adds the probabilities of the next rows; null for a row that could not be scored.</summary>
    void Append(float[]?[] block);

    /// <summary>
    /// Forces everything to the disk, calls the action with the file's path, and gives the file its name.
    /// </summary>
    void Complete(Action<string> beforeRenaming);

    /// <summary>Discards the output, so that the next run starts again.</summary>
    void Discard();
}
