using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// One run of a <see cref="NeuronKernel"/> over the memory of tensors: float32, on the CPU. Of the forward pass the
/// potential before the reset is kept.
/// </summary>
/// <param name="definition">The neuron.</param>
/// <param name="timeSteps">T.</param>
/// <param name="isConstant">Whether the current is the same at every step.</param>
/// <param name="buffers">The memory that spikes and potential are put into; null for fresh memory.</param>
/// <param name="loan">The current's memory, if the potential may take it.</param>
/// <param name="team">The threads that run it.</param>
/// <param name="pooling">The average pooling behind the neurons, in the same pass.</param>
/// <param name="horizon">The steps back that the gradient of a spike goes; null for all.</param>
internal sealed unsafe class NeuronOperation(SpikingNeuronDefinition definition, int timeSteps, bool isConstant,
    ActivationBuffers? buffers, MemoryLoan? loan, WorkerTeam team, SpikePooling pooling = default, int? horizon = null)
    : CustomOperation
{
    private bool _hasRunBackward;

    /// <summary>Gets the number of spikes, known after <see cref="Run"/>.</summary>
    public long SpikeCount { get; private set; }

    /// <summary>Returns the spikes, [T, N, ...], or the means of their windows.</summary>
    /// <param name="current">[T, N, ...], or constant [N, ...]; any strides.</param>
    /// <param name="learned">[1], or null for a neuron that has no learned value.</param>
    public Tensor Run(Tensor current, Tensor? learned)
    {
        bool isTraining = is_grad_enabled() && (current.requires_grad || learned is { requires_grad: true });
        return isTraining
            ? learned is null ? Record(current) : Record(current, learned)
            : Forward(current, learned, potential: null);
    }

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        Tensor current = inputs[0];
        Tensor? learned = inputs.Count > 1 ? inputs[1] : null;
        Tensor potential = !isConstant && current.is_contiguous() && loan?.Take() == true
            ? current.detach()
            : Empty(Shape(current));
        saved.Add(potential);
        if (learned is not null)
        {
            saved.Add(learned);
        }
        return Forward(current, learned, potential);
    }

    // The gradient by a current that has all time steps takes the potential's place, unless that is read several times.
    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        if (_hasRunBackward)
        {
            throw new InvalidOperationException(
                "A neuron's backward pass can run once: it leaves its gradient in the memory of what it needs.");
        }
        _hasRunBackward = true;
        Tensor potential = saved[0];
        Tensor? learned = saved.Count > 1 ? saved[1] : null;
        using Tensor contiguous = upstream.contiguous();
        upstream.Dispose();
        Tensor gradient = isConstant ? empty(potential.Lengths()[1..], potential.dtype, potential.device)
            : horizon < timeSteps - 1 ? empty_like(potential)
            : potential.detach();
        double learnedGradient = Kernel(learned).Backward(Address(potential), Address(contiguous), Address(gradient),
            isConstant, timeSteps, potential.numel() / timeSteps, team, pooling, horizon);
        return learned is null
            ? [gradient]
            : [gradient, tensor([(float)learnedGradient], ScalarType.Float32, CPU)];
    }

    private Tensor Forward(Tensor current, Tensor? learned, Tensor? potential)
    {
        long[] shape = Shape(current);
        Tensor spikes = Empty(pooling.IsNone
            ? shape
            : [.. shape[..^2], shape[^2] / pooling.WindowHeight, shape[^1] / pooling.WindowWidth]);
        using Tensor values = current.contiguous();
        long neurons = shape.Skip(1).Aggregate(1L, (product, side) => product * side);
        SpikeCount = Kernel(learned).Forward(Address(values), isConstant, Address(spikes),
            potential is null ? null : Address(potential), timeSteps, neurons, team, pooling);
        return spikes;
    }

    // [T, N, ...]
    private long[] Shape(Tensor current) => isConstant ? [timeSteps, .. current.Lengths()] : current.Lengths();

    private Tensor Empty(long[] shape) => buffers?.Rent(shape) ?? empty(shape, ScalarType.Float32, CPU);

    private NeuronKernel Kernel(Tensor? learned) =>
        NeuronKernel.Create(definition, learned is null ? 0 : *Address(learned));

    private static float* Address(Tensor tensor) => TensorMemory.Address(tensor);
}
