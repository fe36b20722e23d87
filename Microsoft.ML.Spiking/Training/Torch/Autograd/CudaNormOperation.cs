using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// A batch normalization in training, alone or with the neurons behind it, in CUDA kernels over the memory of tensors,
/// contiguous or channels-last. With neurons the normalized values are never in memory: the neurons normalize what they
/// read. Of the forward pass the arriving values and the statistics are kept. Spikes may be averaged over windows of
/// 2x2; they are then never in memory, either.
/// </summary>
/// <param name="layer">The batch normalization.</param>
/// <param name="timeSteps">T.</param>
/// <param name="isConstant">Whether what arrives is the same at every step.</param>
/// <param name="kernels">The device's kernels.</param>
/// <param name="neuron">The neuron behind it; null for none.</param>
internal sealed class CudaNormOperation(BatchNormLayer layer, int timeSteps, bool isConstant, CudaKernels kernels,
    SpikingNeuronDefinition? neuron = null) : CustomOperation
{
    private const long MostValues = int.MaxValue; // of a step: kernels count them in 32 bits

    private ChannelLayout _layout;
    private Tensor? _bias;

    /// <summary>Gets the running mean and variance, which move in the forward pass; null to leave them.</summary>
    public (Tensor Mean, Tensor Variance)? Running { get; init; }

    /// <summary>
    /// Gets the number that takes the number of spikes on top of what it holds: int64, on the device; null for none.
    /// </summary>
    public Tensor? Counter { get; init; }

    /// <summary>Gets whether spikes are averaged over windows of 2x2; see <see cref="Pools"/>.</summary>
    public bool IsPooled { get; init; }

    /// <summary>
    /// Gets what the running mean is moved with besides the mean of the values, [channels] each; at most two.
    /// </summary>
    public IReadOnlyList<Tensor> Offsets { get; init; } = [];

    /// <summary>Gets what takes the largest magnitude of the gradient by the arriving values; null for none.</summary>
    public GradientMagnitude? Magnitude { get; init; }

    /// <summary>Gets whether <see cref="Halves"/> are wanted.</summary>
    public bool KeepsHalves { get; init; }

    /// <summary>Gets the spikes in float16, in the dispose scope of the result; null where there are none.</summary>
    public Tensor? Halves { get; private set; }

    /// <summary>Gets whether <see cref="Moved"/> is wanted.</summary>
    public bool KeepsMoves { get; init; }

    /// <summary>
    /// Gets what the batch adds to <see cref="Kept"/> times the running mean and variance, [2, channels]; no dispose
    /// scope owns it.
    /// </summary>
    public Tensor? Moved { get; private set; }

    /// <summary>Gets the share of the running statistics that a batch leaves.</summary>
    public double Kept => Math.Pow(1 - Momentum, Groups);

    private bool IsAcrossTime => layer.Mode == BatchNormMode.AcrossTime;

    private int Groups => isConstant || IsAcrossTime ? 1 : timeSteps;

    // Where the input is constant T moves towards the same statistics are one.
    private double Momentum => isConstant && !IsAcrossTime
        ? 1 - Math.Pow(1 - layer.Momentum, timeSteps)
        : layer.Momentum;

    /// <summary>Returns whether the kernels run over such values: float32 or bfloat16, not too many.</summary>
    public static bool Suits(Tensor values, bool isConstant) =>
        values.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && values.numel() / (isConstant ? 1 : values.Length(0)) <= MostValues;

    /// <summary>Returns whether the kernels can average the spikes of neurons over a layer's windows.</summary>
    /// <param name="pool">The layer; null for none.</param>
    /// <param name="neuron">The neurons before it.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="values">Their currents, [..., channels, height, width].</param>
    public static bool Pools(AveragePoolLayer? pool, SpikingNeuronDefinition neuron, int timeSteps, Tensor values)
    {
        long[] shape = values.Lengths();
        return pool is not null && pool.Kernel == 2 && pool.Stride == 2 && shape.Length > 3
            && shape[^1] % 2 == 0 && shape[^2] % 2 == 0 && NeuronProgram.Pools(neuron, timeSteps);
    }

    /// <summary>Returns the normalized values, or the spikes, [T, N, ...].</summary>
    /// <param name="input">[T, N, channels, ...], or constant [N, channels, ...].</param>
    /// <param name="weight">[channels], float32.</param>
    /// <param name="bias">[channels], float32.</param>
    /// <param name="learned">[1], float32, or null for neurons that have no learned value.</param>
    public Tensor Run(Tensor input, Tensor weight, Tensor bias, Tensor? learned)
    {
        Tensor[] inputs = learned is null ? [input, weight, bias] : [input, weight, bias, learned];
        if (is_grad_enabled())
        {
            return Record(inputs);
        }
        using DisposeScope scope = NewDisposeScope();
        return Forward(inputs, []).MoveToOuterDisposeScope();
    }

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        (Tensor weight, Tensor bias) = (inputs[1], inputs[2]);
        _bias = bias;
        _layout = ChannelLayout.Of(inputs[0], isConstant);
        Tensor values = MemoryOrder.Arrange(inputs[0], _layout.Strides);
        Device device = values.device;
        (long[] shape, long[] strides) = OutputOf(values);
        Tensor output = empty_strided(shape, strides, values.dtype, device);
        NormLaunch norm = Norm(values, output);
        Tensor constants = empty([3 * norm.Columns], ScalarType.Float32, device);
        Tensor exact = empty([2 * norm.Columns], ScalarType.Float64, device);
        Tensor moved = empty([2, layer.Channels], ScalarType.Float32, device);
        using (Tensor scratch = empty([norm.ScratchDoubles], ScalarType.Float64, device))
        {
            norm.Statistics(Address(values), Address(weight), Address(bias), Results(constants, exact, moved),
                Running is { } running ? (Address(running.Mean), Address(running.Variance)) : default,
                Rule(values), Address(scratch), (Offset(0), Offset(1)));
        }
        Moved = KeepsMoves ? moved.DetachFromDisposeScope() : null;
        foreach (Tensor tensor in (Tensor[])[values, weight, exact, constants])
        {
            saved.Add(tensor);
        }
        NormResults results = Results(constants, exact, moved);
        if (neuron is null)
        {
            norm.Apply(Address(values), Address(output), results);
            return output;
        }
        bool hasHalves = KeepsHalves && values.dtype == ScalarType.Float32;
        Halves = hasHalves
            ? empty_strided(shape, strides, ScalarType.Float16, device).MoveToOuterDisposeScope() : null;
        NeuronLaunch neurons = Neurons(neuron, isBackward: false, hasHalves, norm.Channels(results), values, output);
        nint derived = 0;
        if (inputs.Count > 3)
        {
            Tensor learned = empty([DeviceConstants.Size / sizeof(double)], ScalarType.Float64, device);
            derived = Address(learned);
            neurons.Derive(Address(inputs[3]), derived);
            saved.Add(learned);
        }
        neurons.Forward(Address(values), Address(output), Counter is null ? 0 : Address(Counter), derived,
            Halves is null ? 0 : Address(Halves));
        return output;
    }

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        (Tensor values, Tensor weight, Tensor exact, Tensor constants) = (saved[0], saved[1], saved[2], saved[3]);
        Device device = values.device;
        long[] strides = OutputOf(values).Strides;
        using Tensor typed = upstream.dtype == values.dtype ? upstream.alias() : upstream.to_type(values.dtype);
        using Tensor ordered = MemoryOrder.Arrange(typed, strides);
        Tensor gradient = empty_strided(values.Lengths(), _layout.Strides, values.dtype, device);
        // Added in place, where they were set together by an earlier batch: autograd would copy them.
        Tensor bias = _bias!;
        bool isInPlace =
            weight is { is_leaf: true, requires_grad: true } && bias is { is_leaf: true, requires_grad: true };
        (Tensor? weightSum, Tensor? biasSum) = isInPlace ? (weight.grad, bias.grad) : (null, null);
        bool accumulates = weightSum is not null && biasSum is not null;
        Tensor byWeight = accumulates ? weightSum! : empty_like(weight);
        Tensor byBias = accumulates ? biasSum! : empty_like(weight);
        NormResults results = new(Address(constants), Address(exact), Moved: 0);
        Tensor byNormalized = ordered;
        Tensor? byLearned = null;
        if (neuron is not null)
        {
            byNormalized = empty_strided(values.Lengths(), _layout.Strides, values.dtype, device);
            byLearned = NeuronsBackward(neuron, results, saved, ordered, byNormalized);
        }
        NormLaunch norm = Norm(values, byNormalized, gradient);
        using Tensor combination = empty([3 * norm.Columns], ScalarType.Float32, device);
        using Tensor scratch = empty([norm.ScratchDoubles], ScalarType.Float64, device);
        Tensor? largest =
            Magnitude is null || values.dtype != ScalarType.Float32 ? null : zeros([1], ScalarType.Int32, device);
        norm.Backward(Address(values), Address(byNormalized), Address(gradient), Address(weight), results,
            (Address(byWeight), Address(byBias)), Address(combination), Address(scratch), accumulates,
            largest is null ? 0 : Address(largest));
        Magnitude?.Leave(Address(gradient), largest);
        if (neuron is not null)
        {
            byNormalized.Dispose();
        }
        if (isInPlace)
        {
            (weight.grad, bias.grad) = (byWeight, byBias);
            return byLearned is null ? [gradient, null, null] : [gradient, null, null, byLearned];
        }
        return byLearned is null ? [gradient, byWeight, byBias] : [gradient, byWeight, byBias, byLearned];
    }

    /// <summary>Returns the shape of what leaves, and its strides: in the order of what arrives.</summary>
    private (long[] Shape, long[] Strides) OutputOf(Tensor values)
    {
        (long[] shape, long[] strides) = (values.Lengths(), _layout.Strides);
        if (IsPooled)
        {
            (shape[^2], shape[^1]) = (shape[^2] / 2, shape[^1] / 2);
            strides = _layout.IsInnermost ? MemoryOrder.ChannelsLast(shape) : MemoryOrder.Contiguous(shape);
        }
        return neuron is not null && isConstant
            ? ([timeSteps, .. shape], [values.numel() / (IsPooled ? 4 : 1), .. strides])
            : (shape, strides);
    }

    // Leaves the gradient by the normalized values and returns that by the learned value.
    private Tensor? NeuronsBackward(SpikingNeuronDefinition definition, NormResults results,
        IReadOnlyList<Tensor> saved, Tensor upstream, Tensor gradient)
    {
        Tensor values = saved[0];
        NeuronLaunch neurons = Neurons(definition, isBackward: true, hasHalves: false,
            Norm(values, gradient).Channels(results), values, upstream, gradient);
        if (saved.Count == 4)
        {
            neurons.Backward(Address(values), Address(upstream), Address(gradient), 0, 0, 0);
            return null;
        }
        Tensor byLearned = empty([1], ScalarType.Float32, values.device);
        using Tensor scratch = empty([neurons.ScratchBytes / sizeof(double)], ScalarType.Float64, values.device);
        neurons.Backward(Address(values), Address(upstream), Address(gradient), Address(saved[4]), Address(scratch),
            Address(byLearned));
        return byLearned;
    }

    private NormLaunch Norm(params ReadOnlySpan<Tensor> arrays)
    {
        long neighbours = _layout.IsInnermost ? layer.Channels : _layout.Inner;
        bool isHalf = arrays[0].dtype == ScalarType.BFloat16;
        var program = new NormProgram(NormProgram.WidthFor(neighbours, DeviceMemory.Alignment(arrays), isHalf),
            _layout.IsInnermost, isHalf);
        return new(kernels, program, Groups, isConstant ? 1 : timeSteps, _layout.Outer, layer.Channels,
            (int)_layout.Inner);
    }

    private NeuronLaunch Neurons(SpikingNeuronDefinition definition, bool isBackward, bool hasHalves,
        DeviceChannels channels, params ReadOnlySpan<Tensor> arrays)
    {
        long neighbours = _layout.IsInnermost ? layer.Channels : _layout.Inner; // divides the number of neurons
        NeuronProgram program = DeviceMemory.Program(
            definition, timeSteps, isConstant, isBackward, neighbours, arrays) with
        {
            Normalization = _layout.IsInnermost ? ProgramNormalization.ChannelsLast : ProgramNormalization.Planes,
            HasHalves = hasHalves,
        };
        DeviceWindows windows = default;
        if (IsPooled)
        {
            program = program with { IsPooled = true, Width = 4 };
            windows.Columns = (uint)(arrays[0].shape[^1] / 2);
            windows.Pixel = _layout.IsInnermost ? (uint)layer.Channels : 1;
        }
        return new(kernels, program, DeviceConstants.Of(definition),
            _layout.Outer * _layout.Inner * layer.Channels, channels, windows);
    }

    private NormRule Rule(Tensor values)
    {
        double count = (double)values.numel() / layer.Channels / Groups;
        // T copies of n values have the variance of the n, and T n - 1 degrees of freedom.
        double copies = isConstant && IsAcrossTime ? timeSteps : 1;
        return new(layer.Epsilon, Momentum, copies * count / ((copies * count) - 1));
    }

    private nint Offset(int index) => index < Offsets.Count ? Address(Offsets[index]) : 0;

    private static NormResults Results(Tensor constants, Tensor exact, Tensor moved) =>
        new(Address(constants), Address(exact), Address(moved));

    private static nint Address(Tensor tensor) => DeviceMemory.Address(tensor);
}
