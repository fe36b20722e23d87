using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>Training steps on one batch of random images, as the training loop does them.</summary>
internal sealed class NetworkStep : IDisposable
{
    private const int Classes = 10;

    private readonly TorchNetwork _network;
    private readonly SpikeTally _tally;
    private readonly Loss _loss = new(lambda: 0.05, LossTarget.Constant, labelSmoothing: 0);
    private readonly Sgd _optimizer;
    private readonly GradientAccumulation _gradients;
    private readonly Batch _batch;
    private readonly ForwardPass _pass;
    private readonly RoundedWeights? _rounded;

    public NetworkStep(NetworkTemplate template, int[] image, int timeSteps, int rows, Device device,
        bool isCheckpointed = false, ScalarType? productType = null, double dropout = 0, bool keepsProductType = true,
        bool halvesWeightGradients = true)
    {
        NetworkDefinition definition =
            template.Bind(new(image, Classes, timeSteps, new DirectEncoder(), new ClifNeuron(), dropout));
        _network = new(definition, device, activationCheckpointing: isCheckpointed);
        _network.Parameters.Import(WeightInitializer.Create(definition, seed: 1));
        _optimizer = new Sgd(_network.Parameters.Trained, momentum: 0.9, weightDecay: 5e-5, maximumNorm: null,
            CudaUse.KernelsOf(device));
        _gradients = new(_network.Parameters.Trained, batches: 1);
        _tally = new(device);
        _rounded = productType is ScalarType type && keepsProductType ? new(type, _network.Kernels) : null;
        _pass = new()
        {
            IsTraining = true,
            Seed = 1,
            Epoch = 1,
            Spikes = _tally,
            ProductType = productType,
            KeepsProductType = _rounded is not null,
            Rounded = _rounded,
            MayHalveWeightGradients = halvesWeightGradients,
        };
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(2);
        float[] pixels = [.. Enumerable.Range(0, rows * definition.InputSize).Select(_ => 2 * random.NextSingle())];
        Tensor images = tensor(pixels, [rows, definition.InputSize]).to(device).DetachFromDisposeScope();
        Tensor labels = tensor([.. Enumerable.Range(0, rows).Select(row => (long)row % Classes)]).to(device);
        _batch = new(rows, images, labels.DetachFromDisposeScope(), Weights: null, TotalWeight: rows);
    }

    /// <summary>Gets the spikes per neuron and step of all steps so far.</summary>
    public double Rate => _tally.Rates().Mean;

    /// <summary>Runs a step; does not wait for the device.</summary>
    public void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        _ = BatchResult.Of(_network, _batch, _pass, _loss, _gradients);
        _optimizer.Step(0.01);
        _rounded?.Refresh();
    }

    /// <summary>Returns the largest difference of the weights from another network's, relative to their size.</summary>
    public double DifferenceFrom(NetworkStep other)
    {
        float[][] own = Weights(), others = other.Weights();
        return own.Zip(others).Max(pair =>
        {
            double size = Math.Max(1e-3, pair.Second.Max(Math.Abs));
            return pair.First.Zip(pair.Second).Max(values => Math.Abs(values.First - values.Second)) / size;
        });
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _rounded?.Dispose();
        _network.Dispose();
        _tally.Dispose();
        _batch.Features.Dispose();
        _batch.Labels.Dispose();
    }

    private float[][] Weights() => [.. _network.Parameters.Export().Select(array => array.Values.ToArray())];
}
