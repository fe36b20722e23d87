using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Replicas;

/// <summary>
/// A copy of the network on a device of its own, with a thread of its own. It computes the gradients of its share of
/// the batches; the network that it is a copy of learns from them.
/// </summary>
internal sealed class Replica : IDisposable
{
    private readonly Device _device;
    private readonly TorchNetwork _network;
    private readonly ActivationBuffers _buffers = new();
    private readonly SpikeTally _spikes;
    private readonly List<RunningMove> _moves = [];
    private RoundedWeights? _rounded;
    private readonly WorkThread _thread = new("Microsoft.ML.Spiking training, replica");

    /// <param name="definition">The network.</param>
    /// <param name="settings">The settings of the training.</param>
    /// <param name="device">The device.</param>
    /// <param name="threads">Torch's threads for what its thread asks of it.</param>
    public Replica(NetworkDefinition definition, TrainingSettings settings, Device device, int threads)
    {
        _device = device;
        _spikes = new(device);
        _network = _thread.Start(() =>
        {
            TorchThreads.SetForThisThread(threads);
            return new TorchNetwork(definition, device, activationCheckpointing: settings.ActivationCheckpointing,
                gradientHorizon: settings.GradientHorizon);
        }).GetAwaiter().GetResult();
    }

    /// <summary>Starts the forward and backward pass of a batch.</summary>
    /// <param name="batch">The batch, on any device; valid until the result is there.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="gradients">The group of batches that this one is part of.</param>
    /// <returns>The result; its tensors are the caller's to dispose.</returns>
    public Task<BatchResult> Start(Batch batch, ForwardPass pass, Loss loss, GradientAccumulation gradients) =>
        _thread.Start(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            _rounded ??= pass is { Rounded: not null, ProductType: ScalarType type }
                ? new(type, _network.Kernels) : null;
            pass = pass with
            {
                Rounded = _rounded,
                Spikes = pass.Spikes is null ? null : _spikes,
                Buffers = pass.Buffers is null ? null : _buffers,
                Moves = _moves,
            };
            BatchResult result = BatchResult.Of(_network, batch, pass, loss, gradients).Detached();
            _buffers.Release();
            return result;
        });

    /// <summary>
    /// Adds to the network what the last batch has left here: its gradients, its spikes, and the moves of running
    /// statistics. To be called for one replica after the other, in their order.
    /// </summary>
    /// <param name="network">The network that learns.</param>
    /// <param name="spikes">Its tally.</param>
    public void Collect(TorchNetwork network, SpikeTally spikes)
    {
        FlatArrays.AddGradients(_network.Parameters.Trained, network.Parameters.Trained);
        spikes.TakeOver(_spikes);
        foreach (RunningMove move in _moves)
        {
            move.Apply(network.Parameters[move.MeanName], network.Parameters[move.VarianceName]);
        }
        _moves.Clear();
    }

    /// <summary>Takes over the weights of the network that learns.</summary>
    public void Follow(TorchNetwork network)
    {
        FlatArrays.Copy(network.Parameters.Trained, _network.Parameters.Trained, _device);
        _rounded?.Refresh();
    }

    public void Dispose()
    {
        // On its thread, behind whatever is left of its work.
        _thread.Start(() =>
        {
            _spikes.Dispose();
            _buffers.Dispose();
            _rounded?.Dispose();
            _network.Dispose();
            return 0;
        }).GetAwaiter().GetResult();
        _thread.Finish();
    }
}
