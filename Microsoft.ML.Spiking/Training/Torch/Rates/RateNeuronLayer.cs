using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Rates;

/// <summary>
/// Neurons of a network that is trained on its spike representation. They walk the time steps a few rows at a time; of
/// the batch remain their spikes as bits and their mean output.
/// </summary>
/// <param name="name">The name under which spikes are counted.</param>
/// <param name="neuron">The neuron.</param>
/// <param name="learned">The learned threshold, [1]; null where it is not learned.</param>
/// <param name="timeSteps">T.</param>
/// <param name="weights">The weight of each step in the mean output, [T].</param>
/// <param name="places"><see cref="PackedSpikes.Places"/> of the device.</param>
/// <param name="slices">The rows that are taken at a time.</param>
/// <param name="kernels">The device's CUDA kernels; null for none.</param>
internal sealed class RateNeuronLayer(string name, RateNeuron neuron, Tensor? learned, int timeSteps, Tensor weights,
    Tensor places, RateSlices slices, CudaKernels? kernels) : RateLayer
{
    public override RateSignal Forward(RateSignal input, ForwardPass pass)
    {
        SpikingNeuronDefinition spiking = neuron.With(Threshold());
        double height = neuron.Gain * spiking.Threshold;
        Tensor current = input.Rates;
        Tensor rates = empty_like(current.detach()); // spikes in a step
        var packed = new PackedSpikes(timeSteps, current.shape, places);
        using (no_grad())
        {
            var walker = TorchNeuron.Create(spiking, current.device, current.dtype, kernels: kernels);
            slices.Each(current, (first, count) =>
            {
                TorchSignal steps = input.Steps(first, count);
                NeuronSpikes spikes = walker.Forward(new(steps.Values, timeSteps, steps.IsConstant)
                {
                    SpikeCounter = pass.Spikes?.CounterOf(name),
                }, []);
                pass.Spikes?.Add(name, spikes);
                packed.Write(first, spikes.Values);
                rates.narrow(0, first, count).copy_(TimeMean.Of(new(spikes.Values, IsConstant: false), weights));
            });
            rates.Multiply(height);
        }
        Tensor output = new RateOperation(rates, height, neuron.Gain, neuron.Inner is LeakyNeuronDefinition)
            .Run(current, learned);
        if (pass.NeuronOutputs is { } seen)
        {
            using Tensor perStep = output.Over(height);
            using Tensor one = perStep.unsqueeze(0);
            seen(name, one);
        }
        ScalarType type = current.dtype;
        return new(output, (first, count) => new(packed.Read(first, count, height, type), IsConstant: false))
        {
            Spikes = [packed],
        };
    }

    // Waits for the device where it is learned.
    private double Threshold() => learned is null ? neuron.Spiking.Threshold
        : learned.dtype == ScalarType.Float64 ? DeviceWait.Item<double>(learned)
        : DeviceWait.Item<float>(learned);
}

/// <summary>
/// The mean output of spiking neurons, with the gradient of the rectifier, cut off at the height of a spike, that it
/// tends to: 1 by a current between 0 and the height; by the threshold, the gain where the current is above.
/// </summary>
/// <remarks>Currents of exactly 0 or the height count for neurons without a leak, as in the source.</remarks>
/// <param name="output">The mean output, [N, ...].</param>
/// <param name="height">The height of a spike.</param>
/// <param name="gain">The height of a spike in thresholds.</param>
/// <param name="isStrict">Whether the bounds do not count.</param>
internal sealed class RateOperation(Tensor output, double height, double gain, bool isStrict) : CustomOperation
{
    /// <summary>Returns the mean output.</summary>
    /// <param name="current">The mean current, [N, ...].</param>
    /// <param name="threshold">The learned threshold, [1]; null where it is not learned.</param>
    public Tensor Run(Tensor current, Tensor? threshold) =>
        !is_grad_enabled() || (!current.requires_grad && threshold is null) ? output
        : threshold is null ? Record(current)
        : Record(current, threshold);

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        saved.Add(inputs[0]);
        _hasThreshold = inputs.Count > 1;
        return output;
    }

    private bool _hasThreshold;

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor current = saved[0];
        Tensor above = current.IsAtMost(height).logical_not();
        Tensor inside = isStrict
            ? current.IsAtMost(0).logical_not().logical_and(current.IsAtLeast(height).logical_not())
            : current.IsAtLeast(0).logical_and(above.logical_not());
        Tensor gradient = (upstream * inside).MoveToOuterDisposeScope();
        return !_hasThreshold
            ? [gradient]
            : [gradient, (upstream * above).sum().Times(gain).view(1).MoveToOuterDisposeScope()];
    }
}
