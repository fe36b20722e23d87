using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>Parts of the convolutional step alone, forward and backward: where its time goes.</summary>
internal sealed class ConvStepParts : IDisposable
{
    private const int First = 32;
    private const int Second = 64;
    private const int Half = StepProblem.Side / 2;

    private readonly int _timeSteps;
    private readonly Tensor _weight;
    private readonly Tensor _pooled; // [T N, 32, 14, 14]
    private readonly Tensor _convolved; // [T N, 64, 14, 14]
    private readonly Tensor _fine; // [T N, 32, 28, 28]
    private readonly NativeFloats[] _arrays;

    public ConvStepParts(StepProblem problem)
    {
        _timeSteps = problem.Definition.TimeSteps;
        long rows = _timeSteps * StepProblem.Rows;
        _weight = Noise(Second, First, 3, 3);
        _pooled = Noise(rows, First, Half, Half);
        _convolved = Noise(rows, Second, Half, Half);
        _fine = Noise(rows, First, StepProblem.Side, StepProblem.Side);
        _arrays = [.. Enumerable.Range(0, 3).Select(seed => new NativeFloats(_fine.numel(), -1, 1.4f, seed))];
    }

    /// <summary>Each part with its name.</summary>
    public IEnumerable<(string Name, Action Run)> All =>
    [
        ("second convolution over all steps", () => Both(_pooled, values => nn.functional.conv2d(values, _weight, null, [1, 1], [1, 1]), _weight)),
        ("second batch norm over all steps", () => Both(_convolved, values => nn.functional.batch_norm(values, null, null, null, null, training: true))),
        ("first pooling over all steps", () => Both(_fine, values => nn.functional.avg_pool2d(values, [2, 2]))),
        ("fused neurons", Neurons),
    ];

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[_weight, _pooled, _convolved, _fine])
        {
            tensor.Dispose();
        }
        foreach (NativeFloats array in _arrays)
        {
            array.Dispose();
        }
    }

    private static void Both(Tensor input, Func<Tensor, Tensor> operation, params Tensor[] parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output = operation(input);
        Tensor upstream = empty_like(output);
        autograd.grad([output], [input, .. parameters], [upstream]);
    }

    /// <summary>Both layers, forward and backward; the first one's current is constant.</summary>
    private unsafe void Neurons()
    {
        NeuronKernel kernel = NeuronKernel.Create(new ClifNeuron(), learned: 0);
        foreach ((long n, bool isConstant) in new[] { (_fine.numel() / _timeSteps, true), (_convolved.numel() / _timeSteps, false) })
        {
            kernel.Forward(_arrays[0].Pointer, isConstant, _arrays[1].Pointer, _arrays[2].Pointer,
                _timeSteps, n, TorchTeam.Current());
            kernel.Backward(_arrays[2].Pointer, _arrays[0].Pointer, _arrays[1].Pointer, isConstant,
                _timeSteps, n, TorchTeam.Current());
        }
    }

    private static Tensor Noise(params long[] shape)
    {
        using var generator = new Generator(1, CPU);
        return empty(shape, ScalarType.Float32, CPU).uniform_(-0.5, 0.5, generator).requires_grad_().DetachFromDisposeScope();
    }
}
