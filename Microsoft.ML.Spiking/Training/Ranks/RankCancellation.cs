namespace Microsoft.ML.Spiking.Training.Ranks;

/// <summary>
/// The cancellation of a training of several ranks: one rank's token ends the training on all of them before the same
/// batch, so that none waits for another.
/// </summary>
/// <param name="local">This rank's token.</param>
internal sealed class RankCancellation(CancellationToken local) : IDisposable
{
    private readonly CancellationTokenSource _agreed = new();

    /// <summary>Gets the token that is cancelled on all ranks at the same batch.</summary>
    public CancellationToken Agreed => _agreed.Token;

    /// <summary>Gets whether this rank's token is cancelled.</summary>
    public bool IsWanted => local.IsCancellationRequested;

    /// <summary>Tells what all ranks know: whether the token of one of them was cancelled.</summary>
    public void Agree(bool isCancelled)
    {
        if (isCancelled)
        {
            _agreed.Cancel();
        }
    }

    public void Dispose() => _agreed.Dispose();
}
