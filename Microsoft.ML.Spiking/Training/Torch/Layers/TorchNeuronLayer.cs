using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>Neurons over all time steps. A constant current is not copied T times.</summary>
internal sealed class TorchNeuronLayer(
    string name, int timeSteps, TorchNeuron neuron, IReadOnlyList<torch.Tensor> learned) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        var current = new NeuronCurrent(input.Values, timeSteps, input.IsConstant) { Buffers = pass.Buffers, Loan = input.Loan };
        NeuronSpikes spikes = neuron.Forward(current, learned);
        pass.Spikes?.Add(name, spikes);
        return new(spikes.Values, IsConstant: false);
    }
}
