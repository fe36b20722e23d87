using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Neurons over all time steps, and the average pooling behind them, in one pass where the neuron can. A constant
/// current is not copied T times.
/// </summary>
/// <param name="name">The name under which spikes are counted.</param>
/// <param name="timeSteps">T.</param>
/// <param name="neuron">The neuron.</param>
/// <param name="learned">The neuron's learned values.</param>
/// <param name="pool">The pooling, or null.</param>
internal sealed class TorchNeuronLayer(
    string name, int timeSteps, TorchNeuron neuron, IReadOnlyList<torch.Tensor> learned,
    AveragePoolLayer? pool = null)
    : TorchLayer
{
    private readonly TorchAveragePool? _pool = pool is null ? null : new(pool);

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        var current = new NeuronCurrent(input.Values, timeSteps, input.IsConstant)
        {
            Buffers = pass.Buffers,
            Loan = input.Loan,
            Pool = pass.NeuronOutputs is null ? pool : null, // what is pooled at once is never seen
            SpikeCounter = pass.Spikes?.CounterOf(name),
        };
        NeuronSpikes spikes = neuron.Forward(current, learned);
        pass.Spikes?.Add(name, spikes);
        pass.NeuronOutputs?.Invoke(name, spikes.Values);
        var signal = new TorchSignal(spikes.Values, IsConstant: false);
        if (_pool is null || spikes.IsPooled)
        {
            return signal;
        }
        TorchSignal pooled = _pool.Forward(signal, pass);
        Release(signal, input);
        return pooled;
    }
}
