using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch.Layers;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// The copies of a network that train together, each on a batch of its own; the network of the training's state learns
/// from all of them.
/// </summary>
internal interface IStepGroup : IDisposable
{
    /// <summary>Starts an epoch, or the rest of one.</summary>
    /// <param name="rows">A pass over the rows; disposed with the result.</param>
    /// <param name="buffers">Buffers for what this process trains on.</param>
    /// <param name="batchSize">Rows of a full batch of one copy.</param>
    /// <param name="token">Checked between batches that are skipped.</param>
    PreparedBatches Open(IRowReader rows, IReadOnlyList<BatchBuffer> buffers, int batchSize, CancellationToken token);

    /// <summary>
    /// Trains on the next batches, one for each copy, fewer at the end of an epoch: adds their gradients to those of
    /// the network, and their measurements to the tally.
    /// </summary>
    /// <param name="batches">The epoch's batches, of this process.</param>
    /// <param name="pass">The pass of the first batch.</param>
    /// <param name="tally">The epoch's sums.</param>
    /// <returns>The number of batches; 0 at the end of the epoch.</returns>
    int TrainNext(PreparedBatches batches, ForwardPass pass, EpochTally tally);

    /// <summary>Gives the weights of the network that learns to the copies.</summary>
    void Follow();

    /// <summary>Ends an epoch: the copies in other processes are compared with the network.</summary>
    /// <param name="observer">Receives what is wrong.</param>
    void FinishEpoch(ITrainingObserver observer);
}
