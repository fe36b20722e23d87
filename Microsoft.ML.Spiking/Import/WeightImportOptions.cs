using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The facts about a network that a file of weights does not state. A wrong neuron gives wrong scores without an error:
/// give the one that the network was trained with.
/// </summary>
public sealed class WeightImportOptions
{
    /// <summary>
    /// Gets the shape of one time step of a row: [features] or [channels, height, width].
    /// </summary>
    public required IReadOnlyList<int> InputShape { get; init; }

    /// <summary>
    /// Gets the number of time steps T, from 1 to 1,000; to 10,000 with <see cref="HasTimeAxis"/>.
    /// </summary>
    public required int TimeSteps { get; init; }

    /// <summary>Gets the neuron of every hidden layer, with its time constant, threshold and reset.</summary>
    public required NeuronDefinition Neuron { get; init; }

    /// <summary>Gets the number of classes; null (the default) for the readout's outputs in the file.</summary>
    public int? ClassCount { get; init; }

    /// <summary>Gets how a row becomes the current of every step. Default <see cref="DirectEncoder"/>.</summary>
    public InputEncoder Encoder { get; init; } = new DirectEncoder();

    /// <summary>
    /// Gets whether a row brings all its time steps, [time steps, ...input shape]. Default <see langword="false"/>.
    /// </summary>
    public bool HasTimeAxis { get; init; }

    /// <summary>
    /// Gets the means and deviations that the features are normalized with, as by torchvision's Normalize; null (the
    /// default) where they arrive normalized.
    /// </summary>
    public ChannelNormalization? InputNormalization { get; init; }

    /// <summary>
    /// Gets over what batch normalizations take their statistics where the network is trained on. Default
    /// <see cref="BatchNormMode.PerTimeStep"/>.
    /// </summary>
    public BatchNormMode BatchNorm { get; init; }

    /// <summary>
    /// Gets the part of the hidden values that is dropped where the network is trained on, from 0 up to, but not
    /// including, 1. Default 0.
    /// </summary>
    public double Dropout { get; init; }

    /// <summary>Returns the binding of a template to these values.</summary>
    /// <param name="classCount">The number of classes.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal NetworkBinding Binding(int classCount)
    {
        ArgumentNullException.ThrowIfNull(InputShape);
        ArgumentNullException.ThrowIfNull(Neuron);
        ArgumentNullException.ThrowIfNull(Encoder);
        string? fault = Neuron.Faults().Concat(InputNormalization?.Faults() ?? []).FirstOrDefault();
        if (InputNormalization is { IsMeasured: true })
        {
            fault = $"{nameof(InputNormalization)} has no {nameof(ChannelNormalization.Means)}: there are no " +
                "training rows to measure them in; give the means and deviations.";
        }
        if (!(Dropout >= 0 && (float)Dropout < 1))
        {
            fault = FormattableString.Invariant(
                $"{nameof(Dropout)} is {Dropout}; it must be at least 0 and below 1.");
        }
        return fault is not null ? throw new ArgumentException(fault)
            : new(InputShape, classCount, TimeSteps, Encoder, Neuron, Dropout)
            {
                HasTimeAxis = HasTimeAxis,
                BatchNorm = BatchNorm,
                InputNormalization = InputNormalization,
            };
    }
}
