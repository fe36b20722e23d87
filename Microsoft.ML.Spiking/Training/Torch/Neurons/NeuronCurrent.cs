using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>The current that a layer of neurons receives over the time steps of one batch.</summary>
/// <param name="Values">[T, N, ...]; or [N, ...], the same at every step, when <paramref name="IsConstant"/>.</param>
/// <param name="TimeSteps">T.</param>
/// <param name="IsConstant">Whether the current is the same at every step.</param>
internal readonly record struct NeuronCurrent(torch.Tensor Values, int TimeSteps, bool IsConstant)
{
    /// <summary>Where what it becomes may be put; null for fresh memory.</summary>
    public ActivationBuffers? Buffers { get; init; }

    /// <summary>The memory of <see cref="Values"/>, if the neurons may take it; else null.</summary>
    public MemoryLoan? Loan { get; init; }

    /// <summary>The current of each step, [N, ...] each: views, never copies.</summary>
    public IReadOnlyList<torch.Tensor> Steps() =>
        IsConstant ? [.. Enumerable.Repeat(Values, TimeSteps)] : Values.unbind(0);
}
