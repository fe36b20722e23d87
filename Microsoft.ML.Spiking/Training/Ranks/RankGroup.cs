namespace Microsoft.ML.Spiking;

/// <summary>
/// The processes that train one network together, numbered from 0: the ranks. Each runs the same program on the same
/// data; see <see cref="SpikingClifTrainer.Options.Ranks"/>. The package Microsoft.ML.Spiking.Distributed has the ranks
/// that an MPI launcher starts; another way of sending bytes between processes derives from this class.
/// </summary>
public abstract class RankGroup
{
    /// <summary>Gets the number of this process, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>Gets the number of processes, at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>Gets whether this is rank 0, which writes checkpoints and should save the model.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>
    /// Sends bytes to one rank and receives bytes from another, or the same, at the same time; returns when both are
    /// done. What one rank sends to another arrives in the order in which it was sent. Called by one thread at a time.
    /// </summary>
    /// <param name="sent">The bytes to send; none to send nothing.</param>
    /// <param name="to">The rank that receives them.</param>
    /// <param name="received">Takes exactly as many bytes as the other rank sends; none to receive nothing.</param>
    /// <param name="from">The rank that sends those.</param>
    /// <exception cref="InvalidOperationException">The other rank is gone.</exception>
    public abstract void Exchange(ReadOnlySpan<byte> sent, int to, Span<byte> received, int from);

    /// <summary>
    /// Ends all ranks, which would otherwise wait for this one without end. Called where this one cannot go on.
    /// </summary>
    /// <param name="reason">A sentence for the user.</param>
    public abstract void Abandon(string reason);
}
