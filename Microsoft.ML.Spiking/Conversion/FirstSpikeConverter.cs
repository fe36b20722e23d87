using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Conversion;

/// <summary>Converts a trained network of rectifiers to neurons that spike once, and trains it further.</summary>
internal static class FirstSpikeConverter
{
    /// <summary>The folder, inside that of the training, with the checkpoint of the fine-tuning.</summary>
    public const string CheckpointFolder = "fine-tuning";

    /// <summary>Refuses a network that cannot be converted.</summary>
    /// <exception cref="NetworkDefinitionException">It cannot; the message names the layer.</exception>
    public static void Check(NetworkDefinition network)
    {
        if (network.HasTimeAxis)
        {
            throw new NetworkDefinitionException($"The rows bring {network.TimeSteps} time steps, but a " +
                $"{nameof(FirstSpikeConversion)} is of networks without time: set InputShape to the features of a " +
                "row, or leave Conversion null.");
        }
        if (network.AllLayers.OfType<NeuronLayer>().FirstOrDefault(layer => layer.Neuron is not ReluNeuron)
            is NeuronLayer other)
        {
            throw new NetworkDefinitionException($"Layer '{other.Name}' is of {other.Neuron.GetType().Name}, but a " +
                $"{nameof(FirstSpikeConversion)} starts from a network of {nameof(ReluNeuron)} alone: leave " +
                "Conversion null, or take such neurons in all layers.");
        }
    }

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
    /// <param name="token">Cancels.</param>
    /// <returns>The converted network, and the outcome that has its weights.</returns>
    public static (NetworkDefinition Network, TrainingOutcome Outcome) Run(
        NetworkDefinition network, TrainingOutcome trained, FirstSpikeConversion conversion, IRowSource train,
        IRowSource? validation, TrainingSettings settings, ITrainingObserver observer, CancellationToken token)
    {
        // What a cancelled training has kept is converted, and not trained further.
        token = trained.Cancelled ? CancellationToken.None : token;
        (NetworkDefinition converted, NetworkWeights weights) = Apply(network, trained.Weights, conversion,
            ActivationPass.Run(network, trained.Weights, train, settings, observer, token), observer.Warning);
        if (conversion.FineTuneEpochs == 0 || trained.Cancelled)
        {
            return (converted, trained with { Weights = weights });
        }
        TrainingSettings further = settings with
        {
            Epochs = conversion.FineTuneEpochs,
            LearningRate = FirstSpikeConversion.FineTuneShare * settings.LearningRate,
            WarmupEpochs = 0,
            CheckpointFolder = settings.CheckpointFolder is string folder
                ? Path.Combine(folder, CheckpointFolder) : null,
        };
        return (converted, TrainingLoop.Run(converted, weights, train, validation, further, observer, token));
    }
}
