using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Layers;
using Microsoft.ML.Spiking.Training.TorchNeurons;

namespace Microsoft.ML.Spiking.Training.TorchLayers;

/// <summary>A layer of a network that is trained. It borrows its parameters from the network.</summary>
internal abstract class TorchLayer
{
    /// <summary>What leaves the layer; nothing of the batch is kept.</summary>
    public abstract TorchSignal Forward(TorchSignal input, ForwardPass pass);

    /// <summary>The layer that runs that definition.</summary>
    /// <param name="network">Whose layer it is.</param>
    /// <param name="index">Its index in the network.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <exception cref="NotSupportedException">The layer cannot be trained; the message names it.</exception>
    public static TorchLayer Create(NetworkDefinition network, int index, TorchParameters parameters)
    {
        Layer layer = network.Layers[index];
        switch (layer)
        {
            case AffineLayer affine:
                return new TorchAffine(parameters[affine.ScaleName], parameters[affine.ShiftName]);
            case LinearLayer linear:
                return new TorchLinear(parameters[linear.WeightName],
                    linear.HasBias ? parameters[linear.BiasName] : null);
            case NeuronLayer neuron:
                return new TorchNeuronLayer(neuron.Name, network.TimeSteps,
                    TorchNeuron.Create(neuron.Neuron, parameters.Device, parameters.Type),
                    [.. neuron.Neuron.LearnedScalars.Select(scalar => parameters[neuron.ArrayName(scalar)])]);
            case DropoutLayer dropout:
                return new TorchDropout(index, dropout.Rate);
            default:
                throw new NotSupportedException(
                    $"Layer '{layer.Name}' is a {layer.GetType().Name}, which cannot be trained.");
        }
    }
}
