using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>
/// Parts of the steps alone, without autograd: they show where the time goes, and which part no neuron can speed up.
/// </summary>
internal sealed class StepParts : IDisposable
{
    private const int Hidden = 512;
    private const float Rate = 0.15f;

    private readonly int _timeSteps;
    private readonly Tensor _input;
    private readonly Tensor _first = Noise(Hidden, StepProblem.Features);
    private readonly Tensor _second = Noise(Hidden, Hidden);
    private readonly Tensor _last = Noise(StepProblem.Classes, Hidden);
    private readonly Tensor _spikes;
    private readonly Tensor _gradient;
    private readonly Tensor _logitsGradient;
    private readonly NativeFloats[] _arrays;
    private readonly StepEnd _end;

    public StepParts(StepProblem problem)
    {
        _timeSteps = problem.Definition.TimeSteps;
        _input = problem.Input;
        int rows = _timeSteps * StepProblem.Rows;
        using (Tensor noise = Noise(rows, Hidden))
        using (var threshold = (Scalar)(Rate - 0.5f))
        using (Tensor fired = noise.lt(threshold))
        {
            _spikes = fired.to_type(ScalarType.Float32).DetachFromDisposeScope();
        }
        _gradient = Noise(rows, Hidden);
        _logitsGradient = Noise(rows, StepProblem.Classes);
        _arrays = [.. Enumerable.Range(0, 4).Select(seed => new NativeFloats((long)rows * Hidden, -1, 1.4f, seed))];
        _end = new(problem, Hidden);
    }

    /// <summary>Returns each part with its name.</summary>
    public IEnumerable<(string Name, Action Run)> All =>
    [
        ("matrix products, layer by layer", LayerByLayer),
        ("matrix products, step by step", StepByStep),
        ("fused neurons", Neurons),
        ("biases", Biases),
        ("readout and loss", _end.ReadoutAndLoss),
        ("optimizer", _end.Update),
    ];

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[_first, _second, _last, _spikes, _gradient, _logitsGradient])
        {
            tensor.Dispose();
        }
        foreach (NativeFloats array in _arrays)
        {
            array.Dispose();
        }
        _end.Dispose();
    }

    // The gradients of the two hidden layers' biases: sums over rows.
    private void Biases()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        _gradient.narrow(0, 0, StepProblem.Rows).sum(0);
        _gradient.sum(0);
    }

    /// <summary>Computes dense products; the first layer once, because its input is the same at every step.</summary>
    private void LayerByLayer()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Products(_spikes, _gradient, _logitsGradient);
    }

    private void StepByStep()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        for (int t = 0; t < _timeSteps; t++)
        {
            Products(Step(_spikes, t), Step(_gradient, t), Step(_logitsGradient, t));
        }
    }

    private void Products(Tensor spikes, Tensor gradient, Tensor logitsGradient)
    {
        _input.mm(_first.t());
        gradient.narrow(0, 0, StepProblem.Rows).t().mm(_input);
        spikes.mm(_second.t());
        gradient.mm(_second);
        gradient.t().mm(spikes);
        spikes.mm(_last.t());
        logitsGradient.mm(_last);
        logitsGradient.t().mm(spikes);
    }

    /// <summary>Runs both layers forward and backward.</summary>
    private unsafe void Neurons()
    {
        NeuronKernel kernel = NeuronKernel.Create(new ClifNeuron(), learned: 0);
        const long n = StepProblem.Rows * Hidden;
        foreach (bool isConstant in new[] { true, false })
        {
            kernel.Forward(_arrays[0].Pointer, isConstant, _arrays[1].Pointer, _arrays[2].Pointer,
                _timeSteps, n, TorchTeam.Current());
            kernel.Backward(_arrays[2].Pointer, _arrays[0].Pointer, _arrays[3].Pointer, isConstant,
                _timeSteps, n, TorchTeam.Current());
        }
    }

    private static Tensor Step(Tensor values, int t) => values.narrow(0, t * StepProblem.Rows, StepProblem.Rows);

    private static Tensor Noise(long rows, long columns)
    {
        using var generator = new Generator(1, CPU);
        return empty([rows, columns], ScalarType.Float32, CPU).uniform_(-0.5, 0.5, generator).DetachFromDisposeScope();
    }
}
