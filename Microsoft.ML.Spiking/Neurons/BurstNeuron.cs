using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// An integrate-and-fire neuron that gives up to several spikes in a step, a burst. A burst of k spikes arrives at the
/// next layer as k times the threshold. Networks of it are made from trained networks of <see cref="ReluNeuron"/>, with
/// the same weights: see <see cref="CountConversion"/>; they can also be trained from the start.
/// </summary>
/// <remarks>
/// <para>With current x, potential v and the burst k, at each step:</para>
/// <code>
/// v &lt;- v + x                                         charge
/// k  = min(MaximumSpikes, max(0, floor(v / threshold)))    fire
/// v &lt;- v - k threshold                               soft reset
/// y  = k threshold                                    what arrives at the next layer
/// </code>
/// <para>What has left and what remains is what has arrived: sum of y + v = sum of x. So the mean of y over T steps is
/// that of x, to a multiple of threshold / T below, from 0 to MaximumSpikes threshold: a rectifier with a step and a
/// limit.</para>
/// <para>In training the gradient is that of the limited rectifier of the mean current, at every step: the count takes
/// its place in the forward pass alone (tandem learning). It does not go through time, so a gradient horizon has no
/// meaning. The firing rate that the training reports is the share of steps with a spike; reports on a model count
/// every spike, so that rates may exceed 1.</para>
/// Sources: Wu et al., "Progressive Tandem Learning for Pattern Recognition with Deep Spiking Neural Networks", TPAMI
/// 2021, arXiv 2007.01204, for the gradient; Chen et al., "Hybrid neural coding", arXiv 2305.16594, for the bursts.
/// </remarks>
public sealed record BurstNeuron : NeuronDefinition
{
    internal const int MostSpikes = 1_024;

    /// <summary>
    /// Gets the charge of a spike: finite and greater than 0, in float32 too. Default 1.
    /// </summary>
    public double Threshold { get; init; } = 1;

    /// <summary>
    /// Gets the largest number of spikes in a step, from 1 to 1,024. Default 5; with 1 the neuron is an
    /// <see cref="IfNeuron"/> whose spikes have the size of the threshold.
    /// </summary>
    public int MaximumSpikes { get; init; } = 5;

    internal override SignalKind OutputKind => SignalKind.Graded;

    /// <summary>Gets the largest value of a step.</summary>
    internal double Largest => MaximumSpikes * Threshold;

    internal override IEnumerable<string> Faults()
    {
        if (!(IsFinite(Threshold) && (float)Threshold > 0 && IsFinite(Largest)))
        {
            yield return Invariant($"{nameof(BurstNeuron)}.{nameof(Threshold)} is {Threshold}; ") +
                "it must be a finite number greater than 0, in float32 too.";
        }
        if (SpikesFault(MaximumSpikes, $"{nameof(BurstNeuron)}.{nameof(MaximumSpikes)}") is string fault)
        {
            yield return fault;
        }
    }

    /// <summary>Returns what is wrong with a largest number of spikes; null if nothing is.</summary>
    internal static string? SpikesFault(int spikes, string name) => spikes is >= 1 and <= MostSpikes ? null
        : Invariant($"{name} is {spikes}; it must be from 1 to {MostSpikes}.");
}

/// <summary>
/// The rectifier of the mean of its current over time, the same at every step: it stands for a layer that a
/// <see cref="CountConversion"/> has not converted yet, while the layers before it learn. It is never in a model.
/// </summary>
internal sealed record MeanReluNeuron : NeuronDefinition
{
    internal override SignalKind OutputKind => SignalKind.Graded;

    internal override IEnumerable<string> Faults() => [];
}
