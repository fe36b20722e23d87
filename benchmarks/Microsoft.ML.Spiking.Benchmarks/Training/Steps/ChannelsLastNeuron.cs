using Microsoft.ML.Spiking.Training.Torch.Layers;


namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>Neurons on images in channels-last order: they work in any order, so nothing is moved.</summary>
internal sealed class ChannelsLastNeuron(TorchNeuronLayer neuron) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        bool isImage = input.Values.dim() == (input.IsConstant ? 4 : 5);
        if (!isImage)
        {
            return neuron.Forward(input, pass);
        }
        TorchSignal asItLies = input with { Values = input.Values.movedim([-3], [-1]) };
        TorchSignal spikes = neuron.Forward(asItLies, pass);
        return spikes with { Values = spikes.Values.movedim([-1], [-3]) };
    }
}
