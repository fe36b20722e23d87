using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A neuron that spikes at most once in a row's scoring, at a time that encodes its value: the earlier, the larger. It
/// has no time steps, so its network needs one. Networks of it are made from trained networks of
/// <see cref="ReluNeuron"/>: see <see cref="FirstSpikeConversion"/>.
/// </summary>
/// <remarks>
/// <para>Each layer has a window of time, [tmin, tmax], which begins where that of the layer before it ends. With
/// <c>w</c> the weights, <c>b</c> the bias and <c>t</c> the times of the spikes that arrive,</para>
/// <code>
/// dV/dt = sum of w over the spikes that have arrived, until tmin; 1 from tmin on
/// spike where V reaches tmax - tmin - b, in the window alone: at tmax - x with
/// x = min(Window, max(0, b + sum of w x'))
/// </code>
/// <para>x' being the values of the spikes that arrive, and no spike where x is 0. So layers pass on x, and a network
/// of it has the values of the network of rectifiers as long as none exceeds its window. With
/// <see cref="ClockBits"/>, spikes fall on ticks of a clock: x is rounded to a multiple of Window / 2^ClockBits, half
/// a tick up. Its reported firing rate is its spikes per neuron. In training the gradient passes through the rounding
/// unchanged and is 0 where x is 0 or Window.</para>
/// Source: Stanojevic et al., "High-performance deep spiking neural networks with 0.3 spikes per neuron", Nature
/// Communications 2024, arXiv 2306.08744: their model with slope 1 in the window.
/// </remarks>
public sealed record FirstSpikeNeuron : NeuronDefinition
{
    /// <summary>
    /// Gets the length of the layer's window in time, which is the largest value that a spike can stand for: finite
    /// and greater than 0, in float32 too. Default 1.
    /// </summary>
    public double Window { get; init; } = 1;

    /// <summary>
    /// Gets the number of bits of the clock, from 1 to 16: spikes fall on 2^ClockBits ticks of the window. Null (the
    /// default) for spikes at any time.
    /// </summary>
    public int? ClockBits { get; init; }

    internal override SignalKind OutputKind => SignalKind.Graded;

    /// <summary>Gets the time between two ticks of the clock; null without one.</summary>
    internal double? Tick => ClockBits is int bits ? Window / (1 << bits) : null;

    internal override IEnumerable<string> Faults()
    {
        if (!((float)Window > 0 && IsFinite(Window)))
        {
            yield return Invariant($"{nameof(Window)} is {Window}; it must be finite and greater than 0.");
        }
        if (ClockFault(ClockBits) is string fault)
        {
            yield return fault;
        }
    }

    /// <summary>Returns what is wrong with a number of bits; null if nothing is.</summary>
    internal static string? ClockFault(int? bits) => bits is null or (>= 1 and <= 16) ? null
        : Invariant($"{nameof(ClockBits)} is {bits}; it must be from 1 to 16, or null for spikes at any time.");
}
