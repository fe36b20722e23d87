using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// One run of the CUDA kernels over the memory of tensors, in whatever order these lie, channels-last too. Of the
/// forward pass the current is kept, from which the backward pass repeats it.
/// </summary>
/// <param name="definition">The neuron.</param>
/// <param name="timeSteps">T.</param>
/// <param name="isConstant">Whether the current is the same at every step.</param>
/// <param name="kernels">The device's kernels.</param>
/// <param name="counter">
/// Takes the number of spikes on top of what it holds: int64, on the device; null for none.
/// </param>
internal sealed class CudaNeuronOperation(SpikingNeuronDefinition definition, int timeSteps, bool isConstant,
    CudaKernels kernels, Tensor? counter) : CustomOperation
{
    /// <summary>Returns the spikes, [T, N, ...].</summary>
    /// <param name="current">[T, N, ...], or constant [N, ...]; any strides; float32 or bfloat16.</param>
    /// <param name="learned">[1], float32, or null for a neuron that has no learned value.</param>
    public Tensor Run(Tensor current, Tensor? learned)
    {
        bool isTraining = is_grad_enabled() && (current.requires_grad || learned is { requires_grad: true });
        return isTraining
            ? learned is null ? Record(current) : Record(current, learned)
            : Forward(learned is null ? [current] : [current, learned], []);
    }

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        Tensor current = inputs[0];
        Tensor? learned = inputs.Count > 1 ? inputs[1] : null;
        long[] strides = MemoryOrder.Of(current, isTimeFirst: !isConstant);
        Tensor ordered = MemoryOrder.Arrange(current, strides);
        saved.Add(ordered);
        long[] shape = isConstant ? [timeSteps, .. current.Lengths()] : current.Lengths();
        long n = current.numel() / (isConstant ? 1 : timeSteps);
        Tensor spikes = empty_strided(shape, isConstant ? [n, .. strides] : strides, current.dtype, current.device);
        NeuronLaunch launch = Launch(isBackward: false, n, ordered, spikes);
        nint derived = 0;
        if (learned is not null)
        {
            Tensor constants = empty([DeviceConstants.Size / sizeof(double)], ScalarType.Float64, current.device);
            derived = DeviceMemory.Address(constants);
            launch.Derive(DeviceMemory.Address(learned), derived);
            saved.Add(constants);
        }
        launch.Forward(DeviceMemory.Address(ordered), DeviceMemory.Address(spikes),
            counter is null ? 0 : DeviceMemory.Address(counter), derived);
        return spikes;
    }

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        Tensor current = saved[0];
        Tensor? constants = saved.Count > 1 ? saved[1] : null;
        long[] strides = current.Strides();
        long n = current.numel() / (isConstant ? 1 : timeSteps);
        using Tensor ordered = MemoryOrder.Arrange(
            upstream.dtype == current.dtype ? upstream : upstream.to_type(current.dtype),
            isConstant ? [n, .. strides] : strides);
        Tensor gradient = empty_strided(current.Lengths(), strides, current.dtype, current.device);
        NeuronLaunch launch = Launch(isBackward: true, n, current, ordered, gradient);
        (nint from, nint to, nint result) =
            (DeviceMemory.Address(current), DeviceMemory.Address(ordered), DeviceMemory.Address(gradient));
        if (constants is null)
        {
            launch.Backward(from, to, result, derived: 0, scratch: 0, learnedGradient: 0);
            return [gradient];
        }
        Tensor learnedGradient = empty([1], ScalarType.Float32, current.device);
        using Tensor scratch = empty([launch.ScratchBytes / sizeof(double)], ScalarType.Float64, current.device);
        launch.Backward(from, to, result, DeviceMemory.Address(constants), DeviceMemory.Address(scratch),
            DeviceMemory.Address(learnedGradient));
        return [gradient, learnedGradient];
    }

    private NeuronLaunch Launch(bool isBackward, long n, params ReadOnlySpan<Tensor> arrays)
    {
        NeuronProgram program =
            DeviceMemory.Program(definition, timeSteps, isConstant, isBackward, n, arrays);
        return new(kernels, program, DeviceConstants.Of(definition), n);
    }
}
