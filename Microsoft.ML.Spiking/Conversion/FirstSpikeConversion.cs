using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The conversion of a network after its training; see <see cref="FirstSpikeConversion"/>.</summary>
public abstract record NetworkConversion
{
    private protected NetworkConversion() { }

    /// <summary>Returns one sentence for each value that is out of its range.</summary>
    internal abstract IEnumerable<string> Faults();
}

/// <summary>
/// Converts a trained network of <see cref="ReluNeuron"/> to <see cref="FirstSpikeNeuron"/>, with the same weights:
/// every neuron spikes at most once in a row's scoring. Each layer's window is measured on the training rows.
/// </summary>
/// <remarks>
/// Without a clock and with windows that hold all values the converted network has the scores of the one that was
/// trained. Train with <see cref="SpikingClifTrainer.Options.SpikePenalty"/> for few spikes. In sweeps, epochs are
/// scored before the conversion, and the model of the result is converted.
/// Source: Stanojevic et al., Nature Communications 2024, arXiv 2306.08744.
/// </remarks>
public sealed record FirstSpikeConversion : NetworkConversion
{
    /// <summary>The windows' length in largest values where nothing is cut off, as in the source.</summary>
    internal const double Margin = 1.5;

    /// <summary>The part of the training's learning rate that the fine-tuning has.</summary>
    internal const double FineTuneShare = 0.1;

    /// <summary>
    /// Gets the number of bits of the neurons' clock, from 1 to 16; see <see cref="FirstSpikeNeuron.ClockBits"/>. Null
    /// (the default) for no clock.
    /// </summary>
    public int? ClockBits { get; init; }

    /// <summary>
    /// Gets the percentage, from 50 to 100, of a layer's values greater than 0 on the training rows that its window
    /// holds; larger ones are cut off. At 100 the window is 1.5 times the largest value, so that nothing is cut off
    /// on rows that are like those. Default 99.9.
    /// </summary>
    public double WindowPercentile { get; init; } = 99.9;

    /// <summary>
    /// Gets the number of epochs, from 0 to 100,000, that the converted network is trained for, with a tenth of
    /// <see cref="SpikingClifTrainer.Options.LearningRate"/>, its schedule from the start and a new optimizer. It then
    /// learns from the ticks of the clock and the ends of the windows. Default 0.
    /// </summary>
    public int FineTuneEpochs { get; init; }

    internal override IEnumerable<string> Faults()
    {
        if (FirstSpikeNeuron.ClockFault(ClockBits) is string fault)
        {
            yield return fault;
        }
        if (!(WindowPercentile is >= 50 and <= 100))
        {
            yield return Invariant($"{nameof(WindowPercentile)} is {WindowPercentile}; it must be from 50 to 100.");
        }
    }
}
