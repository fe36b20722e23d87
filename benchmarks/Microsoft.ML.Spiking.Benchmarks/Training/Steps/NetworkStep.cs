using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>
/// A training step as in the training loop: forward, loss, backward, SGD, on a batch of random images.
/// </summary>
internal sealed class NetworkStep : IDisposable
{
    private const int Classes = 10;

    private readonly TorchNetwork _network;
    private readonly SpikeTally _tally = new(CPU);
    private readonly ActivationBuffers _buffers = new();
    private readonly Loss _loss = new(lambda: 0.05, LossTarget.Constant, labelSmoothing: 0);
    private readonly Optimizer _optimizer;
    private readonly Tensor _images; // [N, features]
    private readonly Batch _batch;
    private readonly ForwardPass _pass;
    private readonly TorchLayer? _layers;

    /// <param name="template">The network, of CLIF neurons.</param>
    /// <param name="image">[channels, height, width].</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="rows">Images in the batch.</param>
    /// <param name="activationCheckpointing">Whether activations are recomputed instead of kept.</param>
    /// <param name="layout">The memory layout of images.</param>
    /// <param name="productType">The type of products in convolutions and linear layers; null for float32.</param>
    public NetworkStep(
        NetworkTemplate template, int[] image, int timeSteps, int rows, bool activationCheckpointing = false,
        MemoryLayout layout = MemoryLayout.Library, ScalarType? productType = null)
    {
        NetworkDefinition definition =
            template.Bind(new(image, Classes, timeSteps, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
        _network = new(definition, CPU, activationCheckpointing: activationCheckpointing);
        _network.Parameters.Import(WeightInitializer.Create(definition, seed: 1));
        _optimizer = new Sgd(_network.Parameters.Trained, momentum: 0.9, weightDecay: 5e-5);
        _pass = new()
        {
            IsTraining = true,
            Spikes = _tally,
            Buffers = activationCheckpointing ? null : _buffers,
            ProductType = productType,
        };
        _layers = layout == MemoryLayout.Library ? null : LayoutLayers.Create(_network, layout);
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(2);
        float[] pixels = [.. Enumerable.Range(0, rows * definition.InputSize).Select(_ => 2 * random.NextSingle())];
        _images = tensor(pixels, [rows, definition.InputSize]).DetachFromDisposeScope();
        Tensor labels = tensor([.. Enumerable.Range(0, rows).Select(row => (long)row % Classes)]);
        _batch = new(rows, _images, labels.DetachFromDisposeScope(), Weights: null, TotalWeight: rows);
    }

    /// <summary>Runs the step.</summary>
    /// <returns>The loss before it.</returns>
    public double Run()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Logits();
        LossResult loss = _loss.AtOnce(logits, _batch, upstream: 1)!.Value;
        CallbackFaults.Backward(logits, loss.Gradient);
        _optimizer.Step(0.01);
        CallbackGradients.Release();
        _buffers.Release();
        return loss.Loss.item<float>();
    }

    private Tensor Logits()
    {
        if (_layers is null)
        {
            return _network.Forward(_images, _pass);
        }
        Tensor images =
            _images.view([_images.shape[0], .. _network.Definition.InputShape.Select(length => (long)length)]);
        return _layers.Forward(new(images, IsConstant: true), _pass).Values;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
        _tally.Dispose();
        _buffers.Dispose();
        _images.Dispose();
        _batch.Labels.Dispose();
    }
}
