using Microsoft.ML.Spiking.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// Turns the gradients of the parameters into a step, in place: it allocates nothing that outlives the step but its
/// own buffers. Weight decay reaches all trained arrays, biases and learned neuron values too, as in the authors' code.
/// </summary>
internal abstract class Optimizer(IReadOnlyList<Tensor> parameters) : IDisposable
{
    /// <summary>The optimizer of these settings.</summary>
    public static Optimizer Create(TrainingSettings settings, IReadOnlyList<Tensor> parameters) =>
        settings.Optimizer switch
        {
            OptimizerKind.Sgd => new Sgd(parameters, settings.Momentum, settings.WeightDecay),
            OptimizerKind.AdamW => new AdamW(parameters, settings.WeightDecay),
            _ => throw new NotSupportedException($"The optimizer {settings.Optimizer} is not known."),
        };

    /// <summary>Steps since the beginning of the training.</summary>
    public long Steps { get; set; }

    /// <summary>What it remembers between two steps besides <see cref="Steps"/>, by name: one buffer for each parameter.</summary>
    public abstract IReadOnlyList<KeyValuePair<string, Tensor[]>> Memory { get; }

    /// <summary>Changes the parameters by one step and uses the gradients up.</summary>
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

    /// <summary>Before the first array of a step.</summary>
    private protected virtual void BeginStep(double learningRate) { }

    /// <summary>Changes one array; the gradient may be overwritten.</summary>
    private protected abstract void Update(int index, Tensor parameter, Tensor gradient);

    /// <summary>One buffer of zeros for each array.</summary>
    private protected static Tensor[] Buffers(IReadOnlyList<Tensor> parameters)
    {
        using IDisposable noGradient = no_grad();
        return [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }
}
