using Microsoft.ML.Spiking.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// An optimizer, which changes the parameters in place. Its own buffers are all that it allocates beyond a step. Weight
/// decay applies to all trained arrays, including biases and learned neuron values, as in the CLIF authors' code.
/// </summary>
internal abstract class Optimizer(IReadOnlyList<Tensor> parameters) : IDisposable
{
    /// <summary>Creates the optimizer of a training's settings.</summary>
    public static Optimizer Create(TrainingSettings settings, IReadOnlyList<Tensor> parameters) =>
        settings.Optimizer switch
        {
            OptimizerKind.Sgd => new Sgd(parameters, settings.Momentum, settings.WeightDecay),
            OptimizerKind.AdamW => new AdamW(parameters, settings.WeightDecay),
            _ => throw new NotSupportedException($"The optimizer {settings.Optimizer} is not known."),
        };

    /// <summary>Gets the number of steps since the beginning of the training.</summary>
    public long Steps { get; set; }

    /// <summary>
    /// Gets the state between steps besides <see cref="Steps"/>, by name: one buffer for each parameter.
    /// </summary>
    public abstract IReadOnlyList<KeyValuePair<string, Tensor[]>> Memory { get; }

    /// <summary>Changes the parameters by one step and consumes the gradients.</summary>
    public void Step(double learningRate)
    {
        using IDisposable noGradient = no_grad();
        Steps++;
        BeginStep(learningRate);
        for (int i = 0; i < parameters.Count; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            if (parameters[i].grad is Tensor gradient)
            {
                Update(i, parameters[i], gradient);
                parameters[i].grad = null; // the next backward then stores its gradient instead of adding to this one
            }
        }
    }

    public void Dispose()
    {
        foreach (Tensor buffer in Memory.SelectMany(pair => pair.Value))
        {
            buffer.Dispose();
        }
    }

    /// <summary>Prepares a step, before its first array.</summary>
    private protected virtual void BeginStep(double learningRate) { }

    /// <summary>Changes one array; the gradient may be overwritten.</summary>
    private protected abstract void Update(int index, Tensor parameter, Tensor gradient);

    /// <summary>Allocates a buffer of zeros for each array.</summary>
    private protected static Tensor[] Buffers(IReadOnlyList<Tensor> parameters)
    {
        using IDisposable noGradient = no_grad();
        return [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }
}
