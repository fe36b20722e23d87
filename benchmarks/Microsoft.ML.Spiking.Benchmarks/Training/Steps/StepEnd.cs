using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>The end of a training step: the readout with the loss, and the optimizer.</summary>
internal sealed class StepEnd : IDisposable
{
    private readonly Loss _loss = new(lambda: 0.05, LossTarget.Constant, labelSmoothing: 0);
    private readonly Batch _batch;
    private readonly Tensor _hidden; // [T, N, hidden]
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly TorchParameters _parameters;
    private readonly Optimizer _optimizer;

    /// <param name="problem">The network whose parameters are updated.</param>
    /// <param name="hidden">The number of the readout's inputs.</param>
    public StepEnd(StepProblem problem, int hidden)
    {
        _batch = problem.Batch;
        using var generator = new Generator(1, CPU);
        Tensor Noise(params long[] shape) => empty(shape, ScalarType.Float32, CPU).uniform_(-0.05, 0.05, generator)
            .requires_grad_().DetachFromDisposeScope();
        _hidden = Noise(problem.Definition.TimeSteps, StepProblem.Rows, hidden);
        _weight = Noise(StepProblem.Classes, hidden);
        _bias = Noise(StepProblem.Classes);
        _parameters = new(problem.Definition, CPU, ScalarType.Float32);
        _parameters.Import(problem.Weights);
        _optimizer = new Sgd(_parameters.Trained, StepProblem.Momentum, StepProblem.WeightDecay);
    }

    /// <summary>Runs forward and backward.</summary>
    public void ReadoutAndLoss()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = nn.functional.linear(_hidden, _weight, _bias);
        LossResult loss = _loss.AtOnce(logits, _batch, upstream: 1)!.Value;
        autograd.grad([logits], [_hidden, _weight, _bias], [loss.Gradient]);
    }

    /// <summary>Takes a step of the optimizer; the gradients' values do not affect its speed.</summary>
    public void Update()
    {
        foreach (Tensor parameter in _parameters.Trained)
        {
            if (parameter.grad is null)
            {
                using Tensor zero = zeros_like(parameter);
                parameter.grad = zero;
            }
        }
        _optimizer.Step(1e-6);
    }

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[_hidden, _weight, _bias])
        {
            tensor.Dispose();
        }
        _optimizer.Dispose();
        _parameters.Dispose();
    }
}
