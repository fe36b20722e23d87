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

/// <summary>
/// A convolution that works on images and weights in channels-last order, and leaves its result in it.
/// </summary>
/// <param name="layer">Stride, padding and groups.</param>
/// <param name="weight">The weights in the library's order.</param>
/// <param name="bias">[output channels], or null.</param>
internal sealed class ChannelsLastConvolution(ConvolutionLayer layer, Tensor weight, Tensor? bias) : TorchLayer
{
    private readonly WeightedProduct _product = new(weight, bias, (images, rounded, shift) => nn.functional.conv2d(
        Ordered(images), Ordered(rounded), shift, [layer.Stride.Height, layer.Stride.Width],
        [layer.Padding.Height, layer.Padding.Width], groups: layer.Groups));

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) =>
        input.MapRows(images => _product.Of(images, pass));

    /// <summary>Returns the same values, [rows, channels, height, width], in channels-last order.</summary>
    private static Tensor Ordered(Tensor values) => values.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}

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
