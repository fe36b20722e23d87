using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Ranks;

/// <summary>
/// The network in several processes: each trains on a batch of its own at the same time as the others, the gradients
/// are added in the ranks' order, and each makes the same step from their sum. That is accumulation over the same
/// batches, to the last bit where the machines compute alike.
/// </summary>
/// <param name="ranks">The processes.</param>
/// <param name="state">The network of this one.</param>
/// <param name="settings">The settings of the training.</param>
/// <param name="loss">The loss.</param>
/// <param name="cancellation">What ends the training here, and what ends it on all ranks at the same batch.</param>
internal sealed class RankSet(RankGroup ranks, TrainingState state, TrainingSettings settings, Loss loss,
    RankCancellation cancellation) : IStepGroup
{
    private readonly SpikeTally _spikes = new(state.Network.Parameters.Device);
    private readonly List<RunningMove> _moves = [];
    private readonly bool _isSynchronized = settings.SynchronizesBatchNorm == true;
    private readonly Tensor[] _running = Running(state.Network);
    private long _rows; // of the epoch
    private int _batchSize;
    private bool _hasWarned;

    public PreparedBatches Open(
        IRowReader rows, IReadOnlyList<BatchBuffer> buffers, int batchSize, CancellationToken token)
    {
        _batchSize = batchSize;
        return new(rows, buffers, state.Epoch, batchSize, state.Batches + ranks.Rank, token, ranks.Count);
    }

    /// <summary>Sets the number of rows of an epoch, which says how many ranks the last step has batches for.</summary>
    public void Expect(long rows) => _rows = rows;

    public int TrainNext(PreparedBatches batches, ForwardPass pass, EpochTally tally)
    {
        long all = (_rows + _batchSize - 1) / _batchSize;
        int members = (int)Math.Min(ranks.Count, all - state.Batches);
        if (members <= 0)
        {
            return 0;
        }
        Tensor[] parameters = [.. state.Network.Parameters.Trained];
        float[] start = Take(parameters); // of the steps' earlier batches
        byte[] own = [];
        if (ranks.Rank < members)
        {
            if (!batches.TryTake(out Batch batch))
            {
                throw new InvalidOperationException("A pass over the rows gave fewer than the first.");
            }
            own = Train(batch, pass, members);
        }
        StepMessage[] messages =
        [
            .. ranks.Gather(own.Length > 0 ? own : Bytes(share: null, []))
                .Select(bytes => JsonSerializer.Deserialize<StepMessage>(bytes, StepMessage.Json)!),
        ];
        AddGradients(parameters, start, messages[0].Gradients, members);
        MoveRunning(_isSynchronized ? 1 : members);
        foreach (StepMessage message in messages.Take(members))
        {
            tally.Add(message.Share!);
            state.Gradients.Count(message.Share!.Weight);
        }
        cancellation.Agree(messages.Any(message => message.IsCancelled));
        return members;
    }

    // All ranks make the same step.
    public void Follow() { }

    public void FinishEpoch(ITrainingObserver observer)
    {
        byte[] checksum = Checksum();
        byte[][] all = ranks.Gather(checksum);
        int[] others =
            [.. Enumerable.Range(1, ranks.Count - 1).Where(rank => !all[rank].AsSpan().SequenceEqual(all[0]))];
        if (others.Length == 0)
        {
            return;
        }
        if (!_hasWarned)
        {
            observer.Warning(string.Create(CultureInfo.InvariantCulture,
                $"The weights of rank {string.Join(", ", others)} differ from those of rank 0 in their last bits, ") +
                "as between processors of different kinds: after each epoch all ranks go on with those of rank 0.");
            _hasWarned = true;
        }
        foreach (Tensor parameter in state.Network.Parameters.All)
        {
            float[] values = TensorCopy.ToArray(parameter);
            ranks.Give(MemoryMarshal.AsBytes(values.AsSpan()), giver: 0, ranks.Count);
            TensorCopy.Fill(parameter, values);
        }
    }

    public void Dispose() => _spikes.Dispose();

    private byte[] Train(Batch batch, ForwardPass pass, int members)
    {
        _moves.Clear();
        BatchResult result = BatchResult.Of(state.Network, batch, pass with
        {
            FirstRow = pass.FirstRow + ((long)ranks.Rank * _batchSize),
            Spikes = _spikes,
            Moves = _moves,
            Statistics = _isSynchronized ? new RankStatistics(ranks, members) : null,
        }, loss, state.Gradients);
        state.Buffers.Release();
        var share = new BatchShare(
            DeviceWait.Item<float>(result.Loss.to_type(ScalarType.Float32)),
            DeviceWait.Item<long>(EpochTally.Correct(result.MeanLogits, batch.Labels)),
            batch.Rows, batch.TotalWeight, _spikes.Save());
        _spikes.Clear();
        bool[] gradients = [.. state.Network.Parameters.Trained.Select(parameter => parameter.grad is not null)];
        return Bytes(share, gradients);
    }

    private byte[] Bytes(BatchShare? share, bool[] gradients) => JsonSerializer.SerializeToUtf8Bytes(
        new StepMessage(share, gradients, cancellation.IsWanted), StepMessage.Json);

    /// <summary>Returns the gradients that are there, and drops them: the next backward pass adds to nothing.</summary>
    private static float[] Take(Tensor[] parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] values = Flat(parameters);
        foreach (Tensor parameter in parameters)
        {
            parameter.grad = null;
        }
        return values;
    }

    private void AddGradients(Tensor[] parameters, float[] start, bool[] isThere, int members)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] trained = [.. parameters.Where((_, i) => isThere[i])];
        float[] sum = ranks.Rank < members ? Flat(trained) : new float[trained.Sum(parameter => parameter.numel())];
        ranks.Sum(sum.AsSpan(), members, start);
        int at = 0;
        foreach (Tensor parameter in trained)
        {
            int length = (int)parameter.numel();
            Tensor gradient = parameter.grad ?? empty_like(parameter, requires_grad: false);
            TensorCopy.Fill(gradient, sum.AsSpan(at, length));
            parameter.grad = gradient;
            at += length;
        }
    }

    private static float[] Flat(Tensor[] parameters)
    {
        using IDisposable noGradient = no_grad();
        Tensor[] gradients =
        [
            .. parameters.Select(parameter => parameter.grad).OfType<Tensor>()
                .Select(gradient => gradient.reshape(-1)),
        ];
        return gradients.Length == 0 ? [] : TensorCopy.ToArray(cat(gradients));
    }

    /// <summary>
    /// Moves the running statistics by the batches of the first ranks, one after the other: they travel from rank to
    /// rank, and the last one gives them to all.
    /// </summary>
    private void MoveRunning(int members)
    {
        if (_running.Length == 0)
        {
            return;
        }
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        float[] values = TensorCopy.ToArray(cat([.. _running.Select(array => array.reshape(-1))]));
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        int last = members - 1;
        if (ranks.Rank <= last)
        {
            if (ranks.Rank > 0)
            {
                ranks.Exchange([], 0, bytes, ranks.Rank - 1);
                SetRunning(values);
            }
            foreach (RunningMove move in _moves)
            {
                move.Apply(state.Network.Parameters[move.MeanName], state.Network.Parameters[move.VarianceName]);
            }
            TensorCopy.ToArray(cat([.. _running.Select(array => array.reshape(-1))])).CopyTo(values, 0);
            if (ranks.Rank < last)
            {
                ranks.Exchange(bytes, ranks.Rank + 1, [], 0);
            }
        }
        _moves.Clear();
        ranks.Give(bytes, last, ranks.Count);
        SetRunning(values);
    }

    private void SetRunning(float[] values)
    {
        int at = 0;
        foreach (Tensor array in _running)
        {
            TensorCopy.Fill(array, values.AsSpan(at, (int)array.numel()));
            at += (int)array.numel();
        }
    }

    private static Tensor[] Running(TorchNetwork network) =>
    [
        .. network.Definition.Layers.SelectMany(layer => layer.SelfAndInner).OfType<BatchNormLayer>()
            .SelectMany(layer => new[] { network.Parameters[layer.MeanName], network.Parameters[layer.VarianceName] }),
    ];

    private byte[] Checksum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor parameter in state.Network.Parameters.All)
        {
            hash.AppendData(MemoryMarshal.AsBytes(TensorCopy.ToArray(parameter).AsSpan()));
        }
        return hash.GetHashAndReset();
    }

    /// <summary>A rank's message to the others after its batch.</summary>
    /// <param name="Share">Its measurements; null where it had no batch.</param>
    /// <param name="Gradients">For each trained parameter, whether it has a gradient.</param>
    /// <param name="IsCancelled">Whether the training is to end.</param>
    private sealed record StepMessage(BatchShare? Share, bool[] Gradients, bool IsCancelled)
    {
        public static JsonSerializerOptions Json { get; } = new()
        {
            NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        };
    }
}
