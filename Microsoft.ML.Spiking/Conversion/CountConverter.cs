using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Conversion;

/// <summary>
/// Converts a trained network of rectifiers to counts of spikes, layer by layer where it learns meanwhile.
/// </summary>
/// <param name="conversion">The choices.</param>
/// <param name="train">The rows that the network was trained on.</param>
/// <param name="validation">The rows that choose the best epoch; null for none.</param>
/// <param name="settings">The settings of its training.</param>
/// <param name="observer">Receives messages and reports.</param>
internal sealed class CountConverter(CountConversion conversion, IRowSource train, IRowSource? validation,
    TrainingSettings settings, ITrainingObserver observer)
{
    /// <summary>Converts the network.</summary>
    /// <param name="network">The network of rectifiers.</param>
    /// <param name="trained">The outcome of its training.</param>
    /// <param name="token">Cancels.</param>
    /// <returns>The converted network, and the outcome that has its weights.</returns>
    public (NetworkDefinition Network, TrainingOutcome Outcome) Run(
        NetworkDefinition network, TrainingOutcome trained, CancellationToken token)
    {
        (NetworkDefinition rectifiers, NetworkWeights weights) = Folded(network, trained.Weights);
        string[] layers = [.. rectifiers.AllLayers.OfType<NeuronLayer>().Select(layer => layer.Name)];
        Dictionary<string, NeuronDefinition> converted = new(StringComparer.Ordinal);
        bool tunes = conversion.FineTuneEpochs > 0 && !trained.Cancelled;
        TrainingOutcome outcome = trained;
        IReadOnlyDictionary<string, ActivationHistogram>? measured = null;
        for (int i = 0; i < layers.Length; i++)
        {
            // Without training in between one pass measures all layers.
            measured = measured is not null && !tunes ? measured
                : Measure(Exchanged(rectifiers, converted), weights, token);
            converted.Add(layers[i], Neuron(layers[i], measured[layers[i]]));
            if (tunes)
            {
                outcome = Tune(Exchanged(rectifiers, converted), weights, layers, i, token);
                weights = outcome.Weights;
                measured = null;
                if (outcome.Cancelled)
                {
                    // The layers that are left are converted, and nothing learns any more.
                    (tunes, token) = (false, CancellationToken.None);
                }
            }
        }
        NetworkDefinition result = Exchanged(rectifiers, converted);
        return (result, outcome with { Weights = Of(result, weights) });
    }

    private IReadOnlyDictionary<string, ActivationHistogram> Measure(
        NetworkDefinition network, NetworkWeights weights, CancellationToken token) =>
        ActivationPass.Run(network, Of(network, weights), train, settings, observer, token);

    private TrainingOutcome Tune(NetworkDefinition network, NetworkWeights weights, string[] layers, int index,
        CancellationToken token)
    {
        observer.Info(Invariant($"Layer '{layers[index]}' is converted, {index + 1} of {layers.Length}; the layers ") +
            Invariant($"behind it are trained for {conversion.FineTuneEpochs} epochs."));
        TrainingSettings further = NetworkConverter.FineTuning(settings, conversion.FineTuneEpochs,
            CountConversion.FineTuneShare,
            Path.Combine(NetworkConverter.CheckpointFolder, Invariant($"layer-{index + 1}"))) with
        {
            LossOfMean = true,
            FrozenArrays = index == 0 ? null : [.. Before(network, layers[index - 1])],
        };
        return TrainingLoop.Run(network, Of(network, weights), train, validation, further, observer, token);
    }

    /// <summary>Returns the arrays of the layers before a layer.</summary>
    private static IEnumerable<string> Before(NetworkDefinition network, string layer) => network.AllLayers
        .TakeWhile(other => other.Name != layer)
        .SelectMany(other => other.Parameters)
        .Where(spec => spec.Role != ParameterRole.Buffer)
        .Select(spec => spec.Name);

    private BurstNeuron Neuron(string layer, ActivationHistogram values)
    {
        var neuron = new BurstNeuron { MaximumSpikes = conversion.MaximumSpikesPerStep };
        if (values.Largest == 0)
        {
            observer.Warning($"No neuron of layer '{layer}' had a value greater than 0 on the training rows: the " +
                "layer never spikes. Train with a lower SpikePenalty or learning rate.");
            return neuron;
        }
        float largest = values.Quantile(conversion.ThresholdPercentile / 100);
        return neuron with { Threshold = (float)(largest / (double)conversion.MaximumSpikesPerStep) };
    }

    /// <summary>Returns the network over time; layers that are not converted take the mean of their current.</summary>
    private NetworkDefinition Exchanged(
        NetworkDefinition network, Dictionary<string, NeuronDefinition> converted) => NeuronExchange.Of(
            network, layer => converted.TryGetValue(layer.Name, out NeuronDefinition? neuron) ? neuron
                : new MeanReluNeuron(),
            conversion.TimeSteps);

    private static NetworkWeights Of(NetworkDefinition network, NetworkWeights weights) =>
        new(network, network.Parameters.Select(spec => weights[spec.Name]));

    /// <summary>
    /// Returns the network without batch normalizations, whose statistics would be those of single steps: in the
    /// weights before them, or as layers that do not learn where there are none.
    /// </summary>
    private static (NetworkDefinition Network, NetworkWeights Weights) Folded(
        NetworkDefinition network, NetworkWeights weights)
    {
        (network, weights) = BatchNormFolding.Apply(network, weights);
        Dictionary<string, WeightArray> arrays = weights.ToDictionary(array => array.Name, StringComparer.Ordinal);
        var fixedNorms = new NetworkDefinition(network.InputShape, network.TimeSteps, network.Encoder,
            [.. network.Layers.Select(Fixed)], network.ClassCount, network.HasTimeAxis, network.PixelOrder);
        return (fixedNorms, new(fixedNorms, fixedNorms.Parameters.Select(spec => arrays[spec.Name])));

        Layer Fixed(Layer layer)
        {
            switch (layer)
            {
                case BatchNormLayer norm:
                    ChannelAffine affine = ChannelAffine.Of(norm, weights, norm.Channels)!;
                    var constant = new AffineLayer(norm.Name, norm.Channels);
                    arrays[constant.ScaleName] =
                        new(constant.ScaleName, [norm.Channels], [.. affine.Scale.Select(value => (float)value)]);
                    arrays[constant.ShiftName] =
                        new(constant.ShiftName, [norm.Channels], [.. affine.Shift.Select(value => (float)value)]);
                    return constant;
                case ResidualLayer residual:
                    return new ResidualLayer(residual.Name, [.. residual.Main.Select(Fixed)],
                        [.. residual.Shortcut.Select(Fixed)]);
                default:
                    return layer;
            }
        }
    }
}
