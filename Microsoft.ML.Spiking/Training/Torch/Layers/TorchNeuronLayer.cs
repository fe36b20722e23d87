using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Neurons over all time steps, and the batch normalization before or the average pooling behind them, in one pass
/// where the neuron can. A constant current is not copied T times.
/// </summary>
/// <param name="name">The name under which spikes are counted.</param>
/// <param name="timeSteps">T.</param>
/// <param name="neuron">The neuron.</param>
/// <param name="learned">The neuron's learned values.</param>
/// <param name="pool">The pooling, or null.</param>
/// <param name="norm">The batch normalization, or null.</param>
/// <param name="feedsConvolution">Whether a convolution behind it wants spikes in float16, too.</param>
internal sealed class TorchNeuronLayer(
    string name, int timeSteps, TorchNeuron neuron, IReadOnlyList<torch.Tensor> learned,
    AveragePoolLayer? pool = null, TorchBatchNorm? norm = null, bool feedsConvolution = false)
    : TorchLayer
{
    private readonly TorchAveragePool? _pool = pool is null ? null : new(pool);

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        torch.Tensor? counter = pass.Spikes?.CounterOf(name);
        AveragePoolLayer? pooled = pass.NeuronOutputs is null ? pool : null; // what is pooled at once is never seen
        bool keepsHalves = feedsConvolution && pass.HalvesWeightGradients;
        if (norm?.WithNeurons(input, pass, neuron, learned, counter, pooled, keepsHalves) is { } fused)
        {
            return Finish(fused, input, pass);
        }
        TorchSignal arriving = norm is null ? input : norm.Forward(input, pass);
        var current = new NeuronCurrent(arriving.Values, timeSteps, arriving.IsConstant)
        {
            Buffers = pass.Buffers,
            Loan = arriving.Loan,
            Pool = pooled,
            SpikeCounter = counter,
        };
        NeuronSpikes spikes = neuron.Forward(current, learned);
        Release(arriving, input);
        return Finish(spikes, input, pass);
    }

    private TorchSignal Finish(NeuronSpikes spikes, TorchSignal input, ForwardPass pass)
    {
        pass.Spikes?.Add(name, spikes);
        pass.NeuronOutputs?.Invoke(name, spikes.Values);
        var signal = new TorchSignal(spikes.Values, IsConstant: false);
        if (spikes.Halves is not null)
        {
            signal = signal with { Halves = spikes.Halves, HalvesSource = DeviceMemory.Address(spikes.Values) };
        }
        if (_pool is null || spikes.IsPooled)
        {
            return signal;
        }
        TorchSignal pooled = _pool.Forward(signal, pass);
        Release(signal, input);
        return pooled;
    }
}
