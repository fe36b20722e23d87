using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary>One run of the fused kernels over the memory of tensors: float32, on the CPU.</summary>
/// <param name="definition">The neuron.</param>
/// <param name="timeSteps">T.</param>
/// <param name="isConstant">Whether the current is the same at every step.</param>
/// <param name="team">The threads that run it.</param>
internal sealed unsafe class FusedCall(SpikingNeuronDefinition definition, int timeSteps, bool isConstant, WorkerTeam team)
{
    /// <summary>The number of spikes of the forward pass.</summary>
    public long SpikeCount { get; private set; }

    /// <summary>[T, N, ...].</summary>
    public long[] SpikeShape(Tensor current) => isConstant ? [timeSteps, .. current.shape] : current.shape;

    /// <summary>The spikes, [T, N, ...].</summary>
    /// <param name="current">[T, N, ...], or constant [N, ...]; any strides.</param>
    /// <param name="learned">[1], or null.</param>
    /// <param name="potential">[T, N, ...]: takes the potential before the reset; null if there will be no backward.</param>
    public Tensor Forward(Tensor current, Tensor? learned, Tensor? potential)
    {
        Tensor spikes = empty(SpikeShape(current), current.dtype, current.device);
        using Tensor values = current.contiguous();
        SpikeCount = NeuronKernels.Forward(definition, Value(learned), Address(values), isConstant, Address(spikes),
            potential is null ? null : Address(potential), timeSteps, spikes.numel() / timeSteps, team);
        return spikes;
    }

    /// <summary>The gradient by the current, in the current's shape.</summary>
    /// <param name="potential">[T, N, ...]: as <see cref="Forward"/> left it.</param>
    /// <param name="learned">[1], or null.</param>
    /// <param name="upstream">[T, N, ...], contiguous: the gradient by the spikes.</param>
    /// <param name="learnedGradient">The gradient by the learned value.</param>
    public Tensor Backward(Tensor potential, Tensor? learned, Tensor upstream, out double learnedGradient)
    {
        long[] shape = isConstant ? potential.shape[1..] : potential.shape;
        Tensor gradient = empty(shape, potential.dtype, potential.device);
        learnedGradient = NeuronKernels.Backward(definition, Value(learned), Address(potential), Address(upstream),
            Address(gradient), isConstant, timeSteps, potential.numel() / timeSteps, team);
        return gradient;
    }

    private static float Value(Tensor? learned) => learned is null ? 0 : *Address(learned);

    /// <summary>Where a contiguous tensor's values start; by way of its first value, because a span ends at 2 GB.</summary>
    private static float* Address(Tensor tensor)
    {
        if (tensor.numel() == 0)
        {
            return null;
        }
        using Tensor flat = tensor.view(-1);
        using Tensor first = flat.narrow(0, 0, 1);
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
