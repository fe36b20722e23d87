using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Conversion;

/// <summary>Converts trained networks of rectifiers as <see cref="NetworkConversion"/> says.</summary>
internal static class NetworkConverter
{
    /// <summary>The folder, inside that of the training, with the checkpoints of the fine-tuning.</summary>
    public const string CheckpointFolder = "fine-tuning";

    /// <summary>Refuses a network that cannot be converted.</summary>
    /// <exception cref="NetworkDefinitionException">It cannot; the message names the layer.</exception>
    public static void Check(NetworkDefinition network, NetworkConversion conversion)
    {
        string name = conversion.GetType().Name;
        if (network.HasTimeAxis)
        {
            throw new NetworkDefinitionException($"The rows bring {network.TimeSteps} time steps, but a {name} is of " +
                "networks without time: set InputShape to the features of a row, or leave Conversion null.");
        }
        if (network.AllLayers.OfType<NeuronLayer>().FirstOrDefault(layer => layer.Neuron is not ReluNeuron)
            is NeuronLayer other)
        {
            throw new NetworkDefinitionException($"Layer '{other.Name}' is of {other.Neuron.GetType().Name}, but a " +
                $"{name} starts from a network of {nameof(ReluNeuron)} alone: leave Conversion null, or take such " +
                "neurons in all layers.");
        }
        if (network.AllLayers.FirstOrDefault(layer => layer.IsRecurrent) is Layer recurrent)
        {
            throw new NetworkDefinitionException($"Layer '{recurrent.Name}' is a {recurrent.GetType().Name}, but a " +
                $"{name} is of networks without recurrent layers: leave Conversion null.");
        }
        if (conversion is CountConversion && network.Encoder is not DirectEncoder)
        {
            throw new NetworkDefinitionException($"The network takes its rows through a " +
                $"{network.Encoder.GetType().Name}, but a {name} gives a row's values to every step: use the " +
                $"{nameof(DirectEncoder)}, or leave Conversion null.");
        }
    }

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
        NetworkDefinition network, TrainingOutcome trained, NetworkConversion conversion, IRowSource train,
        IRowSource? validation, TrainingSettings settings, ITrainingObserver observer, CancellationToken token)
    {
        // What a cancelled training has kept is converted, and not trained further.
        token = trained.Cancelled ? CancellationToken.None : token;
        return conversion switch
        {
            FirstSpikeConversion first =>
                FirstSpikeConverter.Run(network, trained, first, train, validation, settings, observer, token),
            CountConversion count => new CountConverter(count, train, validation, settings, observer)
                .Run(network, trained, token),
            _ => throw new NotSupportedException($"The conversion {conversion.GetType().Name} is not known."),
        };
    }

    /// <summary>Returns the settings of a fine-tuning.</summary>
    /// <param name="settings">Those of the training before.</param>
    /// <param name="epochs">Its epochs.</param>
    /// <param name="share">The part of the learning rate that it has.</param>
    /// <param name="folder">The folder of its checkpoints, inside that of the training.</param>
    public static TrainingSettings FineTuning(
        TrainingSettings settings, int epochs, double share, string folder = CheckpointFolder) => settings with
        {
            Epochs = epochs,
            LearningRate = share * settings.LearningRate,
            WarmupEpochs = 0,
            CheckpointFolder = settings.CheckpointFolder is string parent ? Path.Combine(parent, folder) : null,
        };
}
