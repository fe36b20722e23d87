using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Neurons;

/// <summary>A current and a gradient on which each form of a neuron can run.</summary>
internal sealed class NeuronRun : IDisposable
{
    private readonly int _timeSteps;
    private readonly Tensor _current;  // [T, n]
    private readonly Tensor _upstream; // [T, n]
    private readonly Tensor[] _learned;
    private readonly ActivationBuffers _buffers = new();

    public NeuronRun(SpikingNeuronDefinition neuron, long n, int timeSteps)
    {
        _timeSteps = timeSteps;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using var generator = new Generator(1, CPU);
        _current = empty([timeSteps, n], ScalarType.Float32, CPU).uniform_(-1, 1.4, generator).DetachFromDisposeScope();
        _upstream = empty([timeSteps, n], ScalarType.Float32, CPU).uniform_(-0.5, 0.5, generator)
            .DetachFromDisposeScope();
        _current.requires_grad = true;
        _learned = [.. neuron.LearnedScalars.Select(_ => full([1], BenchmarkNeurons.Learned(neuron), ScalarType.Float32)
            .requires_grad_().DetachFromDisposeScope())];
    }

    /// <summary>Runs forward as in scoring: nothing is kept.</summary>
    public void Forward(TorchNeuron form)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        form.Forward(new(_current, _timeSteps, IsConstant: false) { Buffers = _buffers }, _learned);
        _buffers.Release();
    }

    /// <summary>
    /// Runs forward and backward as in training, where the gradient goes to the layer before and is not kept.
    /// </summary>
    public void Both(TorchNeuron form)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor spikes =
            form.Forward(new(_current, _timeSteps, IsConstant: false) { Buffers = _buffers }, _learned).Values;
        autograd.grad([spikes], [_current, .. _learned], [_upstream]);
        CallbackGradients.Release();
        _buffers.Release();
    }

    public void Dispose()
    {
        _buffers.Dispose();
        _current.Dispose();
        _upstream.Dispose();
        foreach (Tensor scalar in _learned)
        {
            scalar.Dispose();
        }
    }
}
