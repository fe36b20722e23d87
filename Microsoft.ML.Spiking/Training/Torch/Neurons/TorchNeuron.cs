using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// Runs one layer's neurons over all time steps so that autograd can go back through them. Neuron state is local to
/// the call: nothing is kept, nothing is ever reset. Implementations may be called from several threads.
/// </summary>
internal abstract class TorchNeuron
{
    /// <summary>From the current to the spikes.</summary>
    /// <param name="current">[T, N, ...], or constant [N, ...].</param>
    /// <param name="learned">The layer's learned values, each of shape [1], in the definition's order.</param>
    /// <returns>[T, N, ...], of the current's type and device.</returns>
    public abstract NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<torch.Tensor> learned);

    /// <summary>The form of that neuron that suits the device and the type.</summary>
    /// <exception cref="NotSupportedException">The neuron cannot be trained.</exception>
    public static TorchNeuron Create(NeuronDefinition definition, torch.Device device, torch.ScalarType type)
    {
        bool canFuse = device.type == DeviceType.CPU && type == torch.ScalarType.Float32;
        return definition switch
        {
            ReluNeuron => new TorchRelu(),
            SpikingNeuronDefinition spiking when canFuse => new FusedNeuron(spiking),
            _ => OpByOpNeuron.Create(definition),
        };
    }
}
