using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>
/// Builds the layers of a network for a <see cref="MemoryLayout"/>; the neurons are the library's in each.
/// </summary>
internal sealed class LayoutLayers
{
    private readonly NetworkDefinition _definition;
    private readonly TorchParameters _parameters;
    private readonly MemoryLayout _layout;

    private LayoutLayers(TorchNetwork network, MemoryLayout layout)
    {
        _definition = network.Definition;
        _parameters = network.Parameters;
        _layout = layout;
    }

    private bool IsTorch => _layout != MemoryLayout.ConvolutionsLast;

    /// <summary>Returns all layers, with the network's own weights.</summary>
    public static TorchLayer Create(TorchNetwork network, MemoryLayout layout) =>
        new LayoutLayers(network, layout).Sequence(network.Definition.Layers);

    private TorchSequence Sequence(IEnumerable<Layer> layers) => new([.. layers.Select(Create)]);

    private TorchLayer Create(Layer layer) => layer switch
    {
        ConvolutionLayer convolution => _layout == MemoryLayout.TorchPlanar
            ? new TorchConvolution(convolution, _parameters[convolution.WeightName], Bias(convolution))
            : new ChannelsLastConvolution(convolution, _parameters[convolution.WeightName], Bias(convolution)),
        BatchNormLayer norm => IsTorch ? TorchNorm(norm) : new TorchBatchNorm(norm, _definition.TimeSteps, _parameters),
        AveragePoolLayer pool => IsTorch
            ? new TorchRowMap(images => nn.functional.avg_pool2d(images, Sides(pool.Kernel), Sides(pool.Stride)))
            : new TorchAveragePool(pool),
        NeuronLayer neuron => Neuron(neuron),
        AdaptiveAveragePoolLayer pool => TorchRowMap.Create(pool),
        FlattenLayer => TorchRowMap.Flatten(),
        LinearLayer linear => new TorchLinear(_parameters[linear.WeightName], Bias(linear)),
        ResidualLayer residual => new TorchResidual(Sequence(residual.Main), Sequence(residual.Shortcut)),
        _ => throw new NotSupportedException(layer.GetType().Name),
    };

    /// <summary>Runs over all time steps at once, which is as much work as step by step.</summary>
    private TorchRowMap TorchNorm(BatchNormLayer norm) => new(rows => nn.functional.batch_norm(
        rows, _parameters[norm.MeanName], _parameters[norm.VarianceName], _parameters[norm.WeightName],
        _parameters[norm.BiasName], training: true, norm.Momentum, norm.Epsilon));

    private TorchLayer Neuron(NeuronLayer layer)
    {
        var neuron = new TorchNeuronLayer(layer.Name, _definition.TimeSteps,
            TorchNeuron.Create(layer.Neuron, _parameters.Device, _parameters.Type), []);
        return _layout == MemoryLayout.TorchLast ? new ChannelsLastNeuron(neuron) : neuron;
    }

    private Tensor? Bias(WeightedLayer layer) => layer.HasBias ? _parameters[layer.BiasName] : null;

    private static long[] Sides(Extent extent) => [extent.Height, extent.Width];
}
