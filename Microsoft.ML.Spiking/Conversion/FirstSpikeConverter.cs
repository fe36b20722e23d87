using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Conversion;

/// <summary>Converts a trained network of rectifiers to neurons that spike once, and trains it further.</summary>
internal static class FirstSpikeConverter
{
    /// <summary>Converts the network; the weights stay as they are.</summary>
    /// <param name="network">The network of rectifiers.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="conversion">The choices.</param>
    /// <param name="measured">What each layer gave on the training rows.</param>
    /// <param name="warn">Receives what the user should know.</param>
    public static (NetworkDefinition Network, NetworkWeights Weights) Apply(
        NetworkDefinition network, NetworkWeights weights, FirstSpikeConversion conversion,
        IReadOnlyDictionary<string, ActivationHistogram> measured, Action<string> warn) =>
        NeuronExchange.Apply(network, weights, layer =>
        {
            ActivationHistogram values = measured[layer.Name];
            if (values.Largest == 0)
            {
                warn($"No neuron of layer '{layer.Name}' had a value greater than 0 on the training rows: the layer " +
                    "never spikes. Train with a lower SpikePenalty or learning rate.");
                return new FirstSpikeNeuron { ClockBits = conversion.ClockBits };
            }
            return new FirstSpikeNeuron
            {
                ClockBits = conversion.ClockBits,
                Window = conversion.WindowPercentile < 100
                    ? values.Quantile(conversion.WindowPercentile / 100)
                    : FirstSpikeConversion.Margin * values.Largest,
            };
        });

    /// <summary>Converts a trained network and trains it further where that is asked for.</summary>
    /// <param name="network">The network of rectifiers.</param>
    /// <param name="trained">The outcome of its training.</param>
    /// <param name="conversion">The choices.</param>
    /// <param name="train">The rows that it was trained on.</param>
    /// <param name="validation">The rows that choose the best epoch; null for none.</param>
    /// <param name="settings">The settings of its training.</param>
    /// <param name="observer">Receives messages and reports.</param>
    /// <param name="token">Cancels; not where the training was cancelled.</param>
    /// <returns>The converted network, and the outcome that has its weights.</returns>
    public static (NetworkDefinition Network, TrainingOutcome Outcome) Run(
        NetworkDefinition network, TrainingOutcome trained, FirstSpikeConversion conversion, IRowSource train,
        IRowSource? validation, TrainingSettings settings, ITrainingObserver observer, CancellationToken token)
    {
        (NetworkDefinition converted, NetworkWeights weights) = Apply(network, trained.Weights, conversion,
            ActivationPass.Run(network, trained.Weights, train, settings, observer, token), observer.Warning);
        if (conversion.FineTuneEpochs == 0 || trained.Cancelled)
        {
            return (converted, trained with { Weights = weights });
        }
        TrainingSettings further =
            NetworkConverter.FineTuning(settings, conversion.FineTuneEpochs, FirstSpikeConversion.FineTuneShare);
        return (converted, TrainingLoop.Run(converted, weights, train, validation, further, observer, token));
    }
}
