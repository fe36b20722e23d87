using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Converts a trained network of <see cref="ReluNeuron"/> to <see cref="BurstNeuron"/> over some time steps: the count
/// of a neuron's spikes takes the place of its value. The weights stay, but for batch normalizations, which are folded
/// into them; each layer's threshold is measured on the training rows. With <see cref="FineTuneEpochs"/> layers are
/// converted one after the other, and those that follow learn from the counts.
/// </summary>
/// <remarks>
/// The current of a row arrives in full at every step, so that the mean over the steps is the network's answer, and a
/// row may stop early (<see cref="EarlyExit"/>). In sweeps, epochs are scored before the conversion, and the model of
/// the result is converted.
/// Sources: Wu et al., "Progressive Tandem Learning", TPAMI 2021, arXiv 2007.01204; Chen et al., arXiv 2305.16594.
/// </remarks>
public sealed record CountConversion : NetworkConversion
{
    /// <summary>The part of the training's learning rate that the fine-tuning has.</summary>
    internal const double FineTuneShare = 0.1;

    /// <summary>Gets the time steps of the converted network, from 1 to 1,000. Default 2.</summary>
    public int TimeSteps { get; init; } = 2;

    /// <summary>
    /// Gets the largest number of spikes of a neuron in a step, from 1 to 1,024; see
    /// <see cref="BurstNeuron.MaximumSpikes"/>. Default 5; 1 takes more steps for the same accuracy.
    /// </summary>
    public int MaximumSpikesPerStep { get; init; } = 5;

    /// <summary>
    /// Gets the percentage, from 50 to 100, of a layer's values greater than 0 on the training rows that its largest
    /// burst reaches; larger ones are cut off. Default 99.9.
    /// </summary>
    public double ThresholdPercentile { get; init; } = 99.9;

    /// <summary>
    /// Gets the number of epochs, from 0 to 100,000, that the network is trained for after the conversion of each
    /// layer of neurons, with a tenth of <see cref="SpikingClifTrainer.Options.LearningRate"/>, its schedule from the
    /// start and a new optimizer. The layers before the one that was converted last but one stay as they are. Default
    /// 0, which converts all layers at once.
    /// </summary>
    public int FineTuneEpochs { get; init; }

    internal override IEnumerable<string> Faults()
    {
        if (BurstNeuron.SpikesFault(MaximumSpikesPerStep, nameof(MaximumSpikesPerStep)) is string fault)
        {
            yield return fault;
        }
        if (!(ThresholdPercentile is >= 50 and <= 100))
        {
            yield return
                Invariant($"{nameof(ThresholdPercentile)} is {ThresholdPercentile}; it must be from 50 to 100.");
        }
    }
}
