using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>
/// One training step: forward, loss, backward, optimizer. Both forms share everything but the forward pass, and with it
/// the backward pass.
/// </summary>
internal abstract class TrainingStep : IDisposable
{
    private readonly Loss _loss = new(lambda: 0.05, LossTarget.Constant, labelSmoothing: 0);
    private readonly Optimizer _optimizer;

    private protected TrainingStep(StepProblem problem, TorchParameters parameters)
    {
        Problem = problem;
        Parameters = parameters;
        Parameters.Import(problem.Weights);
        _optimizer = new Sgd(Parameters.Trained, StepProblem.Momentum, StepProblem.WeightDecay);
    }

    private protected StepProblem Problem { get; }

    /// <summary>Gets the step owns them.</summary>
    private protected TorchParameters Parameters { get; }

    /// <summary>Runs the step.</summary>
    /// <returns>The loss before it.</returns>
    public double Run()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Forward(); // [T, N, classes]
        LossResult loss = _loss.AtOnce(logits, Problem.Batch, upstream: 1)!.Value;
        logits.backward([loss.Gradient]);
        _optimizer.Step(StepProblem.LearningRate);
        CallbackGradients.Release();
        return loss.Loss.item<float>();
    }

    public virtual void Dispose()
    {
        _optimizer.Dispose();
        Parameters.Dispose();
    }

    private protected abstract Tensor Forward();
}
