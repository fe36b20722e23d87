using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// One layer's neurons over all time steps, differentiable by autograd. The neurons' state is local to the call, so
/// there is nothing to reset. Implementations may be called from several threads.
/// </summary>
internal abstract class TorchNeuron
{
    /// <summary>Returns the form of that neuron that suits the device and the type.</summary>
    /// <param name="definition">The neuron.</param>
    /// <param name="device">The device that it runs on.</param>
    /// <param name="type">The type in which it computes.</param>
    /// <param name="horizon">The steps back that the gradient of a spike goes; null for all.</param>
    /// <param name="kernels">The device's CUDA kernels; null for none.</param>
    /// <exception cref="NotSupportedException">The neuron cannot be trained.</exception>
    public static TorchNeuron Create(
        NeuronDefinition definition, Device device, ScalarType type, int? horizon = null,
        CudaKernels? kernels = null)
    {
        bool isFloat = type == ScalarType.Float32;
        bool canLaunch = kernels is not null && isFloat && horizon is null;
        bool canFuse = !canLaunch && device.type == DeviceType.CPU && isFloat;
        return definition switch
        {
            ReluNeuron => new TorchRelu(),
            FirstSpikeNeuron firstSpike => new TorchFirstSpike(firstSpike),
            BurstNeuron burst => new TorchBurst(burst),
            MeanReluNeuron => new TorchMeanRelu(),
            SpikingNeuronDefinition spiking when canFuse => new FusedNeuron(spiking, horizon),
            SpikingNeuronDefinition spiking when canLaunch => new CudaNeuron(spiking, kernels!),
            _ => OpByOpNeuron.Create(definition, horizon),
        };
    }

    /// <summary>Returns the spikes that a current causes.</summary>
    /// <param name="current">[T, N, ...], or constant [N, ...].</param>
    /// <param name="learned">The layer's learned values, each of shape [1], in the definition's order.</param>
    /// <returns>[T, N, ...], of the current's type and device.</returns>
    public abstract NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned);
}

/// <summary>The current that a layer of neurons receives over the time steps of one batch.</summary>
/// <param name="Values">[T, N, ...]; or [N, ...], the same at every step, when <paramref name="IsConstant"/>.</param>
/// <param name="TimeSteps">T.</param>
/// <param name="IsConstant">Whether the current is the same at every step.</param>
internal readonly record struct NeuronCurrent(Tensor Values, int TimeSteps, bool IsConstant)
{
    /// <summary>Gets the memory that results may be put into; null for fresh memory.</summary>
    public ActivationBuffers? Buffers { get; init; }

    /// <summary>Gets the memory of <see cref="Values"/>, if the neurons may take it; else null.</summary>
    public MemoryLoan? Loan { get; init; }

    /// <summary>Gets the average pooling behind the neurons, which may run in the same pass; else null.</summary>
    public AveragePoolLayer? Pool { get; init; }

    /// <summary>
    /// Gets a number on the device, int64, that a neuron which counts there adds its spikes to; null if none are
    /// counted.
    /// </summary>
    public Tensor? SpikeCounter { get; init; }

    /// <summary>Returns the current of each step, [N, ...] each: views, never copies.</summary>
    public IReadOnlyList<Tensor> Steps() =>
        IsConstant ? [.. Enumerable.Repeat(Values, TimeSteps)] : Values.unbind(0);
}

/// <summary>The output of a layer of neurons for one batch.</summary>
/// <param name="Values">[T, N, ...]: zeros and ones; real values where the neuron does not spike.</param>
/// <param name="Count">
/// The number of spikes, where it is known without counting; 0 where <see cref="NeuronCurrent.SpikeCounter"/> took it;
/// else null.
/// </param>
internal readonly record struct NeuronSpikes(Tensor Values, long? Count)
{
    /// <summary>
    /// Gets the number of neurons in a window of <see cref="NeuronCurrent.Pool"/>; 0 where nothing was pooled.
    /// </summary>
    public int Window { get; init; }

    /// <summary>Gets <see cref="Values"/> in float16; null where they are not wanted.</summary>
    public Tensor? Halves { get; init; }

    /// <summary>Gets whether <see cref="Values"/> are the means of windows.</summary>
    public bool IsPooled => Window > 0;

    /// <summary>Gets the number of neurons times steps.</summary>
    public long Places => Values.numel() * Math.Max(1, Window);
}

/// <summary><see cref="ReluNeuron"/>. A constant current is rectified once.</summary>
internal sealed class TorchRelu : TorchNeuron
{
    public override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = nn.functional.relu(current.Values);
        Tensor steps = current.IsConstant
            ? values.unsqueeze(0).expand([current.TimeSteps, .. values.shape])
            : values;
        return new(steps.MoveToOuterDisposeScope(), Count: null);
    }
}
