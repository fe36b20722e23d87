using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Replicas;

/// <summary>
/// The network on several devices: each trains on a batch of its own at the same time as the others, and their
/// gradients are added in the devices' order, whichever ends first. That is accumulation over the same batches, to the
/// last bit where the devices compute alike. Batch normalization takes the statistics of each batch separately; the
/// running ones move as if the batches had come one after the other.
/// </summary>
internal sealed class ReplicaSet : IStepGroup
{
    private readonly TrainingState _state;
    private readonly Loss _loss;
    private readonly IReadOnlyList<Device> _devices;
    private readonly Replica[] _replicas;

    /// <param name="state">The network on the first device, which learns.</param>
    /// <param name="settings">The settings of the training.</param>
    /// <param name="devices">The devices, at least one.</param>
    /// <param name="threads">Torch's threads for what one thread asks of it.</param>
    /// <param name="loss">The loss.</param>
    public ReplicaSet(
        TrainingState state, TrainingSettings settings, IReadOnlyList<Device> devices, int threads, Loss loss)
    {
        _state = state;
        _loss = loss;
        _devices = devices;
        _replicas = new Replica[devices.Count - 1];
        for (int i = 0; i < _replicas.Length; i++)
        {
            _replicas[i] = new(state.Network.Definition, settings, devices[i + 1], threads);
        }
    }

    public PreparedBatches Open(
        IRowReader rows, IReadOnlyList<BatchBuffer> buffers, int batchSize, CancellationToken token) =>
        new(rows, buffers, _state.Epoch, batchSize, _state.Batches, token);

    public int TrainNext(PreparedBatches batches, ForwardPass pass, EpochTally tally)
    {
        IReadOnlyList<Batch> group = Take(batches);
        if (group.Count == 0)
        {
            return 0;
        }
        IReadOnlyList<BatchResult> results = Train(group, pass);
        for (int i = 0; i < group.Count; i++)
        {
            tally.Add(results[i], group[i].Labels.to(_devices[0]), group[i].TotalWeight);
        }
        return group.Count;
    }

    /// <summary>
    /// Takes the next batch for each device; fewer at the end of an epoch. Their tensors belong to the caller's dispose
    /// scope.
    /// </summary>
    public IReadOnlyList<Batch> Take(PreparedBatches batches)
    {
        var taken = new List<Batch>(_devices.Count);
        while (taken.Count < _devices.Count && batches.TryTake(out Batch batch, _devices[taken.Count]))
        {
            taken.Add(batch);
        }
        return taken;
    }

    /// <summary>
    /// Trains on batches, one on each device, and adds their gradients to those of the network that learns.
    /// </summary>
    /// <param name="batches">What <see cref="Take"/> has given.</param>
    /// <param name="pass">The pass of the first batch.</param>
    /// <returns>A result for each batch, on the first device, in the caller's dispose scope.</returns>
    public IReadOnlyList<BatchResult> Train(IReadOnlyList<Batch> batches, ForwardPass pass)
    {
        var others = new List<Task<BatchResult>>();
        long row = pass.FirstRow;
        for (int i = 1; i < batches.Count; i++)
        {
            row += batches[i - 1].Rows;
            others.Add(_replicas[i - 1].Start(batches[i], pass with { FirstRow = row }, _loss, _state.Gradients));
        }
        var results = new List<BatchResult>(batches.Count);
        try
        {
            results.Add(BatchResult.Of(_state.Network, batches[0], pass, _loss, _state.Gradients));
            _state.Gradients.Count(batches[0].TotalWeight);
        }
        finally
        {
            // Their tensors are in use until they have ended, whatever has happened here.
            Task.WhenAll(others).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
                .GetAwaiter().GetResult();
        }
        _state.Buffers.Release();
        for (int i = 0; i < others.Count; i++)
        {
            BatchResult result = others[i].GetAwaiter().GetResult();
            results.Add(result.On(_devices[0]));
            _replicas[i].Collect(_state.Network, _state.Tally.Spikes);
            _state.Gradients.Count(batches[i + 1].TotalWeight);
        }
        return results;
    }

    public void Follow()
    {
        foreach (Replica replica in _replicas)
        {
            replica.Follow(_state.Network);
        }
    }

    public void FinishEpoch(ITrainingObserver observer) { }

    public void Dispose()
    {
        foreach (Replica? replica in _replicas)
        {
            replica?.Dispose();
        }
    }
}
