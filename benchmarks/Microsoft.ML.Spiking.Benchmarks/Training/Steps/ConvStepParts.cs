using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>
/// The operations of the convolutional step alone, each forward and backward, by the same code as in the step: they
/// show where its time goes, and how much of it are convolutions, which no neuron can speed up.
/// </summary>
internal sealed class ConvStepParts : IDisposable
{
    private const int First = 32;
    private const int Second = 64;
    private const int Half = StepProblem.Side / 2;

    private readonly int _timeSteps;
    private readonly Tensor _image; // [N, 1, 28, 28]
    private readonly Tensor _fineWeight = Noise(First, 1, 3, 3);
    private readonly Tensor _weight = Noise(Second, First, 3, 3);
    private readonly Tensor _scale = Noise(Second);
    private readonly Tensor _shift = Noise(Second);
    private readonly Tensor _convolvedImage = Noise(StepProblem.Rows, First, StepProblem.Side, StepProblem.Side);
    private readonly Tensor _fine; // [T, N, 32, 28, 28]
    private readonly Tensor _pooled; // [T, N, 32, 14, 14]
    private readonly Tensor _convolved; // [T, N, 64, 14, 14]
    private readonly NativeFloats[] _arrays;
    private readonly ActivationBuffers _buffers = new();
    private readonly StepEnd _end;

    public ConvStepParts(StepProblem problem)
    {
        _timeSteps = problem.Definition.TimeSteps;
        _image = problem.Input.view(StepProblem.Rows, 1, StepProblem.Side, StepProblem.Side).DetachFromDisposeScope();
        _fine = Noise(_timeSteps, StepProblem.Rows, First, StepProblem.Side, StepProblem.Side);
        _pooled = Noise(_timeSteps, StepProblem.Rows, First, Half, Half);
        _convolved = Noise(_timeSteps, StepProblem.Rows, Second, Half, Half);
        _arrays = [.. Enumerable.Range(0, 3).Select(seed => new NativeFloats(_fine.numel(), -1, 1.4f, seed))];
        _end = new(problem, Second * Half * Half / 4);
    }

    /// <summary>Runs the two convolutions, of the image and over all steps.</summary>
    public void Convolutions()
    {
        Both(() => nn.functional.conv2d(_image, _fineWeight, null, [1, 1], [1, 1]), _fineWeight);
        Tensor rows = _pooled.flatten(0, 1);
        Both(() => nn.functional.conv2d(rows, _weight, null, [1, 1], [1, 1]), _pooled, _weight);
    }

    /// <summary>Returns each part with its name.</summary>
    public IEnumerable<(string Name, Action Run)> All =>
    [
        ("both convolutions", Convolutions),
        ("batch norm of the image", () => Both(() => nn.functional.batch_norm(
            _convolvedImage, null, null, null, null, training: true), _convolvedImage)),
        ("batch norm over all steps", () => Both(() => new BatchNormOperation(
            new BatchNormLayer("norm", Second), _timeSteps, _buffers, TorchTeam.Current())
                .Run(_convolved, _scale, _shift),
            _convolved, _scale, _shift)),
        ("fused neurons", Neurons),
        ("both poolings", () =>
        {
            Pool(_fine);
            Pool(_convolved);
        }),
        ("readout and loss", _end.ReadoutAndLoss),
        ("optimizer", _end.Update),
    ];

    public void Dispose()
    {
        Tensor[] tensors = [_fineWeight, _weight, _scale, _shift, _convolvedImage, _fine, _pooled, _convolved, _image];
        foreach (Tensor tensor in tensors)
        {
            tensor.Dispose();
        }
        foreach (NativeFloats array in _arrays)
        {
            array.Dispose();
        }
        _buffers.Dispose();
        _end.Dispose();
    }

    private void Both(Func<Tensor> operation, params Tensor[] inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output = operation();
        Tensor upstream = empty_like(output);
        autograd.grad([output], inputs, [upstream]);
        CallbackGradients.Release();
        _buffers.Release();
    }

    private void Pool(Tensor images) => Both(() => new AveragePoolOperation(
        new AveragePoolLayer("pool", kernel: 2, stride: 2), _buffers, TorchTeam.Current()).Run(images), images);

    /// <summary>Runs both layers forward and backward; the first one's current is constant.</summary>
    private unsafe void Neurons()
    {
        NeuronKernel kernel = NeuronKernel.Create(new ClifNeuron(), learned: 0);
        (long, bool)[] layers = [(_fine.numel() / _timeSteps, true), (_convolved.numel() / _timeSteps, false)];
        foreach ((long n, bool isConstant) in layers)
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
        return empty(shape, ScalarType.Float32, CPU).uniform_(-0.5, 0.5, generator).requires_grad_()
            .DetachFromDisposeScope();
    }
}
