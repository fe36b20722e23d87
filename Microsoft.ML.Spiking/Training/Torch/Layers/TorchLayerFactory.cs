using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>The factory of trainable layers for a network's definition.</summary>
/// <param name="network">The network.</param>
/// <param name="parameters">Its parameters.</param>
/// <param name="gradientHorizon">The steps back that the gradient of a spike goes; null for all.</param>
/// <param name="kernels">The CUDA kernels of its device; null for none.</param>
internal sealed class TorchLayerFactory(
    NetworkDefinition network, TorchParameters parameters, int? gradientHorizon, CudaKernels? kernels)
{
    private readonly AbsorbedBiases _absorbed = kernels is null ? AbsorbedBiases.None : AbsorbedBiases.Of(network);

    private readonly SpikeConvolutions _spikes = kernels is null || !ConvolutionGradient.Has(parameters.Device)
        ? SpikeConvolutions.None : SpikeConvolutions.Of(network);

    // In the order of NetworkDefinition.AllLayers; part of the key of random numbers.
    private int _index;

    /// <summary>Creates the layers of the whole network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="inSegments">
    /// Whether values inside of <see cref="Segments"/> are computed twice instead of kept.
    /// </param>
    /// <param name="gradientHorizon">The steps back that the gradient of a spike goes; null for all.</param>
    /// <param name="kernels">The CUDA kernels of its device; null for none.</param>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be trained; the message names it.</exception>
    public static TorchSequence Create(
        NetworkDefinition network, TorchParameters parameters, bool inSegments, int? gradientHorizon = null,
        CudaKernels? kernels = null)
    {
        var factory = new TorchLayerFactory(network, parameters, gradientHorizon, kernels);
        return inSegments ? factory.InSegments(Segments.Of(network.Layers)) : factory.Sequence(network.Layers);
    }

    // The backward pass begins in the last segment: computing that one twice would save nothing.
    private TorchSequence InSegments(IReadOnlyList<IReadOnlyList<Layer>> segments) =>
        new([
            .. segments.SkipLast(1).Select(segment => new TorchSegment(InSlices(segment), Trained(segment))),
            InSlices(segments[^1]),
        ]);

    private TorchSequence InSlices(IReadOnlyList<Layer> layers)
    {
        var result = new List<TorchLayer>();
        for (int i = 0, count; i < layers.Count; i += Math.Max(count, 1))
        {
            count = Segments.RowByRow(layers, i);
            Layer[] rowByRow = [.. layers.Skip(i).Take(count)];
            result.Add(count == 0
                ? Create(layers[i])
                : new TorchRowSlices(Sequence(rowByRow), network.TimeSteps, Trained(rowByRow)));
        }
        return new(result);
    }

    private Tensor[] Trained(IEnumerable<Layer> layers) =>
    [
        .. layers.SelectMany(layer => layer.SelfAndInner).SelectMany(layer => layer.Parameters)
            .Where(spec => spec.Role != ParameterRole.Buffer).Select(spec => parameters[spec.Name]),
    ];

    private TorchSequence Sequence(IReadOnlyList<Layer> layers)
    {
        var result = new List<TorchLayer>();
        for (int i = 0; i < layers.Count; i++)
        {
            // On the CPU batch normalizations have kernels of their own.
            BatchNormLayer? norm = kernels is null ? null : layers[i] as BatchNormLayer;
            int at = norm is null ? i : i + 1;
            if (at < layers.Count && layers[at] is NeuronLayer neuron)
            {
                var pool = layers.ElementAtOrDefault(at + 1) as AveragePoolLayer;
                result.Add(Neuron(neuron, pool, norm is null ? null : Norm(norm)));
                int count = at - i + (pool is null ? 1 : 2);
                _index += count;
                i += count - 1;
                continue;
            }
            result.Add(Create(layers[i]));
        }
        return new(result);
    }

    private TorchLayer Create(Layer layer)
    {
        int index = _index++;
        return layer switch
        {
            BatchNormLayer norm => Norm(norm),
            NeuronLayer neuron => Neuron(neuron, pool: null),
            RecurrentLayer recurrent => new TorchRecurrent(recurrent, network.TimeSteps, parameters),
            GatedRecurrentLayer gated => new TorchGatedRecurrent(gated, network.TimeSteps, parameters),
            FeedbackLayer feedback => new TorchFeedback(feedback, network.TimeSteps, parameters[feedback.WeightName]),
            DropoutLayer dropout => new TorchDropout(index, dropout.Rate, kernels),
            ConvolutionLayer convolution when _spikes.Of(convolution) is { } magnitude =>
                Convolution(convolution, parameters, _absorbed.Has(layer),
                    () => new HalfWeightOperation(convolution, kernels!, magnitude)),
            ResidualLayer residual => new TorchResidual(Sequence(residual.Main), Sequence(residual.Shortcut)),
            _ => CreateAlone(layer, parameters, _absorbed.Has(layer)),
        };
    }

    /// <summary>Creates a layer that depends neither on time nor on its place in the network.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="parameters">The network's arrays.</param>
    /// <param name="isBiasAbsorbed">See <see cref="AbsorbedBiases"/>.</param>
    /// <exception cref="NotSupportedException">It cannot be trained; the message names it.</exception>
    public static TorchLayer CreateAlone(Layer layer, TorchParameters parameters, bool isBiasAbsorbed = false)
    {
        return layer switch
        {
            AffineLayer affine => new TorchAffine(parameters[affine.ScaleName], parameters[affine.ShiftName]),
            PopulationLayer population => new TorchPopulation(population, parameters),
            TreeLayer trees => new TorchTrees(trees, parameters),
            LinearLayer linear => new TorchLinear(
                parameters[linear.WeightName], Bias(linear, parameters), isBiasAbsorbed),
            ConvolutionLayer convolution => Convolution(convolution, parameters, isBiasAbsorbed, ofSpikes: null),
            AveragePoolLayer pool => new TorchAveragePool(pool),
            MaxPoolLayer pool => TorchRowMap.Create(pool),
            AdaptiveAveragePoolLayer pool => TorchRowMap.Create(pool),
            FlattenLayer => TorchRowMap.Flatten(),
            RestorationLayer => new TorchSequence([]), // the loss runs what is in it
            _ => throw new NotSupportedException(
                $"Layer '{layer.Name}' is a {layer.GetType().Name}, which cannot be trained."),
        };
    }

    private static TorchConvolution Convolution(ConvolutionLayer layer, TorchParameters parameters,
        bool isBiasAbsorbed, Func<HalfWeightOperation>? ofSpikes) =>
        new(layer, parameters[layer.WeightName], Bias(layer, parameters), isBiasAbsorbed, ofSpikes);

    private static Tensor? Bias(WeightedLayer layer, TorchParameters parameters) =>
        layer.HasBias ? parameters[layer.BiasName] : null;

    private TorchBatchNorm Norm(BatchNormLayer layer) =>
        new(layer, network.TimeSteps, parameters, kernels, _absorbed.Of(layer), _spikes.Of(layer));

    private TorchNeuronLayer Neuron(NeuronLayer layer, AveragePoolLayer? pool, TorchBatchNorm? norm = null) =>
        new(layer.Name, network.TimeSteps,
            TorchNeuron.Create(layer.Neuron, parameters.Device, parameters.Type, gradientHorizon, kernels),
            [.. layer.Neuron.LearnedScalars.Select(scalar => parameters[layer.ArrayName(scalar)])], pool, norm,
            _spikes.Feeds(layer));
}
