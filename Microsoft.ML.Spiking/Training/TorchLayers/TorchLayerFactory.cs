using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Layers;
using Microsoft.ML.Spiking.Training.TorchNeurons;

namespace Microsoft.ML.Spiking.Training.TorchLayers;

/// <summary>The walk over a network's layers that makes what runs them in training.</summary>
/// <param name="network">Whose layers they are.</param>
/// <param name="parameters">Its parameters.</param>
internal sealed class TorchLayerFactory(NetworkDefinition network, TorchParameters parameters)
{
    // In the order of NetworkDefinition.AllLayers: part of the key of what is random.
    private int _index;

    /// <summary>The whole network.</summary>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be trained; the message names it.</exception>
    public static TorchSequence Create(NetworkDefinition network, TorchParameters parameters) =>
        new TorchLayerFactory(network, parameters).Sequence(network.Layers);

    private TorchSequence Sequence(IReadOnlyList<Layer> layers) => new([.. layers.Select(Create)]);

    private TorchLayer Create(Layer layer)
    {
        int index = _index++;
        return layer switch
        {
            AffineLayer affine => new TorchAffine(parameters[affine.ScaleName], parameters[affine.ShiftName]),
            LinearLayer linear => new TorchLinear(parameters[linear.WeightName], Bias(linear)),
            ConvolutionLayer convolution =>
                new TorchConvolution(convolution, parameters[convolution.WeightName], Bias(convolution)),
            BatchNormLayer norm => new TorchBatchNorm(norm, network.TimeSteps, parameters),
            NeuronLayer neuron => Neuron(neuron),
            AveragePoolLayer pool => TorchRowMap.Create(pool),
            MaxPoolLayer pool => TorchRowMap.Create(pool),
            AdaptiveAveragePoolLayer pool => TorchRowMap.Create(pool),
            FlattenLayer => TorchRowMap.Flatten(),
            DropoutLayer dropout => new TorchDropout(index, dropout.Rate),
            ResidualLayer residual => new TorchResidual(Sequence(residual.Main), Sequence(residual.Shortcut)),
            _ => throw new NotSupportedException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which cannot be trained."),
        };
    }

    private TorchSharp.torch.Tensor? Bias(WeightedLayer layer) => layer.HasBias ? parameters[layer.BiasName] : null;

    private TorchNeuronLayer Neuron(NeuronLayer layer) => new(layer.Name, network.TimeSteps,
        TorchNeuron.Create(layer.Neuron, parameters.Device, parameters.Type),
        [.. layer.Neuron.LearnedScalars.Select(scalar => parameters[layer.ArrayName(scalar)])]);
}
