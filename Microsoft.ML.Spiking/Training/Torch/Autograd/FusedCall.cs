using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>One run of the fused kernels over the memory of tensors: float32, on the CPU.</summary>
/// <param name="definition">The neuron.</param>
/// <param name="timeSteps">T.</param>
/// <param name="isConstant">Whether the current is the same at every step.</param>
/// <param name="buffers">Where spikes and potential are put; null for fresh memory.</param>
/// <param name="loan">The current's memory, if the potential may take it.</param>
/// <param name="team">The threads that run it.</param>
internal sealed unsafe class FusedCall(SpikingNeuronDefinition definition, int timeSteps, bool isConstant,
    ActivationBuffers? buffers, MemoryLoan? loan, WorkerTeam team)
{
    private bool _hasGoneBack;

    /// <summary>The number of spikes of the forward pass.</summary>
    public long SpikeCount { get; private set; }

    /// <summary>[T, N, ...].</summary>
    public long[] SpikeShape(Tensor current) => isConstant ? [timeSteps, .. current.shape] : current.shape;

    /// <summary>[T, N, ...], with any content: where the potential is put, in place of the current if that may be taken.</summary>
    public Tensor PotentialRoom(Tensor current) =>
        !isConstant && current.is_contiguous() && loan?.Take() == true ? current.detach() : Room(current);

    private Tensor Room(Tensor current)
    {
        long[] shape = SpikeShape(current);
        return buffers?.Rent(shape) ?? empty(shape, current.dtype, current.device);
    }

    /// <summary>The spikes, [T, N, ...].</summary>
    /// <param name="current">[T, N, ...], or constant [N, ...]; any strides.</param>
    /// <param name="learned">[1], or null.</param>
    /// <param name="potential">[T, N, ...]: takes the potential before the reset; null if there will be no backward.</param>
    public Tensor Forward(Tensor current, Tensor? learned, Tensor? potential)
    {
        Tensor spikes = Room(current);
        using Tensor values = current.contiguous();
        SpikeCount = NeuronKernels.Forward(definition, Value(learned), Address(values), isConstant, Address(spikes),
            potential is null ? null : Address(potential), timeSteps, spikes.numel() / timeSteps, team);
        return spikes;
    }

    /// <summary>The gradient by the current, in the current's shape; where that has all time steps, in place of the potential.</summary>
    /// <param name="potential">[T, N, ...]: as <see cref="Forward"/> left it; lost.</param>
    /// <param name="learned">[1], or null.</param>
    /// <param name="upstream">[T, N, ...], contiguous: the gradient by the spikes.</param>
    /// <param name="learnedGradient">The gradient by the learned value.</param>
    public Tensor Backward(Tensor potential, Tensor? learned, Tensor upstream, out double learnedGradient)
    {
        if (_hasGoneBack)
        {
            throw new InvalidOperationException("A fused neuron's backward pass can run once: it leaves its gradient in the memory of what it needs.");
        }
        _hasGoneBack = true;
        Tensor gradient = isConstant
            ? empty(potential.shape[1..], potential.dtype, potential.device)
            : potential.detach();
        learnedGradient = NeuronKernels.Backward(definition, Value(learned), Address(potential), Address(upstream),
            Address(gradient), isConstant, timeSteps, potential.numel() / timeSteps, team);
        return gradient;
    }

    private static float Value(Tensor? learned) => learned is null ? 0 : *Address(learned);

    private static float* Address(Tensor tensor) => TensorMemory.Address(tensor);
}
