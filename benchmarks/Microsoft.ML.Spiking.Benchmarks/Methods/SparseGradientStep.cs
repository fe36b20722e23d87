using System.Numerics;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>
/// A whole training step of the network 784-512-512-10 of LIF neurons: products, neurons, loss, backward pass and
/// optimizer, with the library's operations or with the gradients of the neurons in the band alone. One thread.
/// </summary>
internal sealed unsafe class SparseGradientStep : IDisposable
{
    private const int Rows = 64, Inputs = 784, Width = 512, Classes = 10;
    private const double Tau = 10, Rate = 1e-7;

    private readonly int _steps;
    private readonly Generator _generator = new(1, CPU);
    private readonly Tensor _rows, _labels;
    private readonly Tensor[] _parameters; // weight and bias of each product
    private readonly LifNeuron[] _neurons;
    private readonly AdamW _optimizer;
    private readonly Tensor _current, _carried, _given, _traces; // [T, N, 512]
    private readonly Tensor[] _spikes, _potentials;
    private readonly int[][] _active;
    private readonly int[] _count = new int[2];

    /// <summary>Makes rows and weights at which few neurons spike.</summary>
    /// <param name="steps">T.</param>
    /// <param name="activity">The share of neurons and steps in the band, which decides its width.</param>
    public SparseGradientStep(int steps, double activity)
    {
        _steps = steps;
        using IDisposable noGradient = no_grad();
        _rows = Uniform([Rows, Inputs], 1);
        _labels = randint(0, Classes, [Rows], ScalarType.Int64, generator: _generator).DetachFromDisposeScope();
        _parameters =
        [
            Uniform([Width, Inputs], 0.025), Uniform([Width], 0.01), Uniform([Width, Width], 0.08),
            Uniform([Width], 0.01), Uniform([Classes, Width], 0.05), Uniform([Classes], 0.01),
        ];
        Tensor Empty() => empty(steps, Rows, Width).DetachFromDisposeScope();
        (_current, _carried, _given, _traces) = (Empty(), Empty(), Empty(), Empty());
        (_spikes, _potentials) = ([Empty(), Empty()], [Empty(), Empty()]);
        _active = [new int[steps * Rows * Width], new int[steps * Rows * Width]];
        _neurons = [Neuron(1), Neuron(1)];
        Forward();
        _neurons = [.. _potentials.Select(potential =>
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor distances, _) = potential.Minus(1).abs().view(-1).kthvalue((long)(activity * potential.numel()), 0);
            return Neuron(2 * (double)distances.item<float>());
        })];
        SpikeRate = _spikes.Average(spikes => (double)spikes.mean().item<float>());
        foreach (Tensor parameter in _parameters)
        {
            parameter.requires_grad = true;
        }
        _optimizer = new AdamW(_parameters, weightDecay: 0);
    }

    /// <summary>Gets the spikes of a neuron and step.</summary>
    public double SpikeRate { get; }

    /// <summary>Gets the share of neurons and steps in the band, at the last <see cref="Sparse"/>.</summary>
    public double Activity => _count.Average() / _active[0].Length;

    /// <summary>Runs the step with the library's operations.</summary>
    public void Dense()
    {
        DenseGradients();
        _optimizer.Step(Rate);
        CallbackGradients.Release();
    }

    /// <summary>Runs the step with the neurons in the band alone.</summary>
    public void Sparse()
    {
        SparseGradients();
        _optimizer.Step(Rate);
    }

    /// <summary>Returns the largest difference of two gradients, over the largest of the array.</summary>
    public double Difference()
    {
        using DisposeScope scope = NewDisposeScope();
        DenseGradients();
        Tensor[] dense = [.. _parameters.Select(parameter => parameter.grad!.clone())];
        CallbackGradients.Release();
        Array.ForEach(_parameters, parameter => parameter.grad = null);
        SparseGradients();
        double largest = _parameters.Select((parameter, i) =>
            (double)((parameter.grad! - dense[i]).abs().max() / dense[i].abs().max()).item<float>()).Max();
        Array.ForEach(_parameters, parameter => parameter.grad = null);
        return largest;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (Tensor tensor in (Tensor[])[.. _parameters, .. _spikes, .. _potentials,
            _rows, _labels, _current, _carried, _given, _traces])
        {
            tensor.Dispose();
        }
        _generator.Dispose();
    }

    private void DenseGradients()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor spikes = new FusedNeuron(_neurons[0]).Forward(
            new(nn.functional.linear(_rows, _parameters[0], _parameters[1]), _steps, true), []).Values;
        Tensor current = nn.functional.linear(spikes.flatten(0, 1), _parameters[2], _parameters[3]);
        Tensor second = new FusedNeuron(_neurons[1]).Forward(
            new(current.unflatten(0, [_steps, Rows]), _steps, false), []).Values;
        Tensor logits = nn.functional.linear(second.mean([0]), _parameters[4], _parameters[5]);
        CallbackFaults.Backward(nn.functional.cross_entropy(logits, _labels));
    }

    private void Forward()
    {
        using Tensor first = nn.functional.linear(_rows, _parameters[0], _parameters[1]);
        Run(0, first, isConstant: true);
        using Tensor spikes = _spikes[0].flatten(0, 1);
        using Tensor second = nn.functional.linear(spikes, _parameters[2], _parameters[3]);
        Run(1, second, isConstant: false);
    }

    private void Run(int layer, Tensor current, bool isConstant) => NeuronKernel.Create(_neurons[layer], 0).Forward(
        TensorMemory.Address(current), isConstant, TensorMemory.Address(_spikes[layer]),
        TensorMemory.Address(_potentials[layer]), _steps, Rows * Width, WorkerTeam.Caller);

    private void SparseGradients()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean;
        using (no_grad())
        {
            Forward();
            mean = _spikes[1].mean([0]);
        }
        mean.requires_grad = true;
        Tensor logits = nn.functional.linear(mean, _parameters[4], _parameters[5]);
        nn.functional.cross_entropy(logits, _labels).backward();
        using IDisposable noGradient = no_grad();
        var sparse = new SparseGradient<float>(Rows, _steps, Width, Width, (float)(1 - (1 / Tau)));
        FindActive(0);
        FindActive(1);
        ReadOnlySpan<int> inBand = _active[1].AsSpan(0, _count[1]);
        Tensor ofSpikes = mean.grad!.Times(1 / (_steps * _neurons[1].Surrogate.Alpha));
        ReadOnlySpan<float> upstream = Span(ofSpikes);
        Span<float> delta = Span(_carried);
        delta.Clear();
        foreach (int place in inBand)
        {
            delta[place] = upstream[place % upstream.Length];
        }
        sparse.Trace(Span(_spikes[0]), Span(_traces));
        Tensor ofWeights = zeros(Width, Width);
        sparse.Weights(Span(_traces), delta, inBand, Span(ofWeights));
        sparse.Carry(delta);
        // Of the first layer, times its surrogate gradient.
        Tensor weights = _parameters[2].t().Times(1 / _neurons[0].Surrogate.Alpha).contiguous();
        Span<float> first = Span(_given);
        first.Clear();
        sparse.Inputs(delta, Span(weights), _active[0].AsSpan(0, _count[0]), first);
        sparse.Carry(first);
        Tensor ofCurrent = _given.sum([0]);
        _parameters[0].grad = ofCurrent.t().matmul(_rows).DetachFromDisposeScope();
        _parameters[1].grad = ofCurrent.sum([0]).DetachFromDisposeScope();
        _parameters[2].grad = ofWeights.DetachFromDisposeScope();
        _parameters[3].grad = _carried.sum([0, 1]).DetachFromDisposeScope();
    }

    private void FindActive(int layer)
    {
        Span<float> potentials = Span(_potentials[layer]);
        float half = (float)_neurons[layer].Surrogate.Alpha / 2;
        var (threshold, width) = (new Vector<float>(1), new Vector<float>(half));
        int[] active = _active[layer];
        int count = 0;
        for (int i = 0; i < potentials.Length; i += Vector<float>.Count)
        {
            Vector<float> distance = Vector.Abs(new Vector<float>(potentials[i..]) - threshold);
            if (Vector.LessThanOrEqualAny(distance, width))
            {
                for (int j = 0; j < Vector<float>.Count; j++)
                {
                    active[count] = i + j;
                    count += distance[j] <= half ? 1 : 0;
                }
            }
        }
        _count[layer] = count;
    }

    private static LifNeuron Neuron(double width) => new()
    {
        MembraneTimeConstant = Tau,
        DetachReset = true,
        Surrogate = new RectangleSurrogate(width),
    };

    private static Span<float> Span(Tensor tensor) => new(TensorMemory.Address(tensor), (int)tensor.numel());

    private Tensor Uniform(long[] shape, double bound) =>
        empty(shape, ScalarType.Float32, CPU).uniform_(-bound, bound, _generator).DetachFromDisposeScope();
}
