using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>
/// A training step of the network 1-32-64 on images of 28 x 28: convolution 3 x 3, batch norm, fused CLIF, average
/// pooling 2 x 2, twice, and a linear readout. In plain torch, for its large buffers.
/// </summary>
internal sealed class ConvStep : IDisposable
{
    private const int TimeSteps = 6;
    private const int Rows = 128;
    private static readonly int[] Channels = [1, 32, 64];

    private readonly FusedNeuron _neuron = new(new ClifNeuron());
    private readonly Generator _generator = new(1, CPU);
    private readonly Tensor _image;
    private readonly List<Tensor> _parameters = [];
    private readonly Sgd _optimizer;

    public ConvStep()
    {
        _image = Uniform([Rows, 1, 28, 28], 1.7);
        for (int i = 1; i < Channels.Length; i++)
        {
            _parameters.Add(Uniform([Channels[i], Channels[i - 1], 3, 3], 1 / Math.Sqrt(9 * Channels[i - 1])));
            _parameters.Add(Uniform([Channels[i]], 0.5)); // scale
            _parameters.Add(Uniform([Channels[i]], 0.5)); // shift
        }
        _parameters.Add(Uniform([10, 7 * 7 * Channels[^1]], 0.02));
        _parameters.ForEach(parameter => parameter.requires_grad = true);
        _optimizer = new Sgd(_parameters, momentum: 0.9, weightDecay: 5e-5);
    }

    public void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor spikes = Layer(_image, 0, isConstant: true);
        spikes = Layer(spikes, 3, isConstant: false);
        Tensor logits = nn.functional.linear(spikes.flatten(1), _parameters[6]);
        logits.logsumexp(1).mean().backward();
        _optimizer.Step(0.001);
        CallbackGradients.Release();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.ForEach(parameter => parameter.Dispose());
        _image.Dispose();
        _generator.Dispose();
    }

    /// <summary>[rows, channels, height, width], T times the rows behind the first neurons.</summary>
    private Tensor Layer(Tensor input, int first, bool isConstant)
    {
        Tensor current = nn.functional.conv2d(input, _parameters[first], null, [1, 1], [1, 1]);
        current = nn.functional
            .batch_norm(current, null, null, _parameters[first + 1], _parameters[first + 2], training: true);
        Tensor steps = isConstant ? current : current.unflatten(0, [TimeSteps, Rows]);
        Tensor spikes = _neuron.Forward(new(steps, TimeSteps, isConstant), []).Values;
        return nn.functional.avg_pool2d(spikes.flatten(0, 1), [2, 2]);
    }

    private Tensor Uniform(long[] shape, double bound) =>
        empty(shape, ScalarType.Float32, CPU).uniform_(-bound, bound, _generator).DetachFromDisposeScope();
}
