using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Rates;

/// <summary>
/// A network of <see cref="RateNeuron"/> over means: gives the mean logits, in memory that does not grow with T but for
/// a bit for each spike of two layers.
/// </summary>
internal sealed class RateNetwork : TorchLayer, IDisposable
{
    private readonly NetworkDefinition _network;
    private readonly TorchParameters _parameters;
    private readonly CudaKernels? _kernels;
    private readonly Tensor _weights; // of each step in a mean, [T]
    private readonly Tensor _readout;
    private readonly Tensor _places; // of spikes in bytes
    private readonly Layer? _last;
    private readonly RateSlices _slices;
    private readonly RateSequence _layers;
    private int _index; // as in TorchLayerFactory

    /// <param name="network">The network.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="kernels">The CUDA kernels of its device; null for none.</param>
    /// <param name="readoutDecays">
    /// Whether the logits are the weighted mean that other layers have, and not the plain mean of scoring.
    /// </param>
    public RateNetwork(
        NetworkDefinition network, TorchParameters parameters, CudaKernels? kernels, bool readoutDecays = false)
    {
        (_network, _parameters, _kernels) = (network, parameters, kernels);
        double kept = network.AllLayers.OfType<NeuronLayer>().Select(layer => layer.Neuron).OfType<RateNeuron>()
            .Select(neuron => neuron.Kept).First();
        _weights = Weights(kept);
        _readout = readoutDecays ? _weights : Weights(1);
        _places = PackedSpikes.Places(parameters.Device);
        _last = network.Layers.LastOrDefault(layer => layer is NeuronLayer);
        _slices = new(network.TimeSteps, parameters.Device);
        _layers = Sequence(network.Layers);
    }

    /// <summary>Returns whether a network is trained in this way.</summary>
    public static bool Suits(NetworkDefinition network) =>
        network.AllLayers.Any(layer => layer is NeuronLayer { Neuron: RateNeuron });

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (pass.KeepsProductType && pass.ProductType != _parameters.Type)
        {
            // A mean over many steps has more digits than bfloat16: products convert, and all else is in float32.
            pass = pass with { KeepsProductType = false, Rounded = null };
        }
        Tensor values = input.Values;
        RateSignal signal = input.IsConstant
            ? new(values, (first, count) => new(values.narrow(0, first, count), IsConstant: true))
            : new(TimeMean.Of(input, _weights), (first, count) => new(values.narrow(1, first, count), false));
        return new(_layers.Forward(signal, pass).Rates, IsConstant: true);
    }

    public void Dispose()
    {
        _weights.Dispose();
        _readout.Dispose();
        _places.Dispose();
    }

    // The later a step, the more of it is left in the potential at the end.
    private Tensor Weights(double kept)
    {
        int steps = _network.TimeSteps;
        double[] weights = [.. Enumerable.Range(1, steps).Select(t => Math.Pow(kept, steps - t))];
        double sum = weights.Sum();
        return DeviceWait.Constant([.. weights.Select(weight => weight / sum)], _parameters.Type, _parameters.Device)
            .DetachFromDisposeScope();
    }

    private RateSequence Sequence(IReadOnlyList<Layer> layers) => new([.. layers.Select(Create)]);

    private RateLayer Create(Layer layer)
    {
        int index = _index++;
        return layer switch
        {
            BatchNormLayer norm => new RateBatchNorm(new(norm, timeSteps: 1, _parameters, _kernels)),
            NeuronLayer { Neuron: RateNeuron neuron } => new RateNeuronLayer(layer.Name, neuron,
                neuron.LearnThreshold ? _parameters[((NeuronLayer)layer).ArrayName(neuron.LearnedScalars[0])] : null,
                _network.TimeSteps, layer == _last ? _readout : _weights, _places, _slices, _kernels),
            NeuronLayer other => throw new NotSupportedException(
                $"Layer '{layer.Name}' is of {other.Neuron.GetType().Name}, which has no spike representation."),
            MaxPoolLayer pool => new RateMaxPool(TorchRowMap.Create(pool), _weights, _slices),
            DropoutLayer dropout => new RateDropout(new(index, dropout.Rate, _kernels)),
            ResidualLayer residual => new RateResidual(Sequence(residual.Main), Sequence(residual.Shortcut)),
            RestorationLayer => new RateSequence([]), // the loss runs what is in it
            _ => new RateMap(TorchLayerFactory.CreateAlone(layer, _parameters)),
        };
    }
}
