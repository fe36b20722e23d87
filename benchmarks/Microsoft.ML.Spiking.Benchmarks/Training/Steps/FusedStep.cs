using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>The library's form: layer by layer over all time steps, neurons fused.</summary>
internal sealed class FusedStep : TrainingStep
{
    private readonly TorchNetwork _network;
    private readonly SpikeTally _tally = new(CPU);
    private readonly ActivationBuffers _buffers = new();
    private readonly ForwardPass _pass;

    /// <param name="problem">The network and the batch.</param>
    /// <param name="productType">The type of products in convolutions and linear layers; null for float32.</param>
    public FusedStep(StepProblem problem, ScalarType? productType = null)
        : this(problem, new TorchNetwork(problem.Definition, CPU), productType) { }

    private FusedStep(StepProblem problem, TorchNetwork network, ScalarType? productType)
        : base(problem, network.Parameters)
    {
        _network = network;
        _pass = new() { IsTraining = true, Spikes = _tally, Buffers = _buffers, ProductType = productType };
    }

    /// <summary>Returns the spikes per neuron and time step so far.</summary>
    public double FiringRate() => _tally.Rates().Mean;

    public override void Dispose()
    {
        _tally.Dispose();
        _buffers.Dispose();
        base.Dispose();
    }

    private protected override Tensor Forward()
    {
        _buffers.Release();
        return _network.Forward(Problem.Input, _pass);
    }
}
