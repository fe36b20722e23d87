using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The k-based LIF neuron: a <see cref="LifNeuron"/> whose potential is multiplied by a learned k, one value for a
/// layer, and rectified before it fires. A learned k changes the slope of the surrogate gradient with the data.
/// </summary>
/// <remarks>
/// With current x, potential v and spike s, at each step:
/// <code>
/// v &lt;- max(0, k (v (1 - 1/tau) + x))           charge (hard reset: + reset potential / tau inside)
/// s  = H(v - threshold)                        fire
/// v &lt;- v - s threshold                         soft reset;  with ScaleReset: divided by k
/// v &lt;- (1 - s) v + s (reset potential)         hard reset;  with ScaleReset: v divided by k first
/// </code>
/// k starts at 1 and is saved as the layer's array "k".
/// Source: Jiang, Zhang, "KLIF: An Optimized Spiking Neuron Unit for Tuning Surrogate Gradient Slope and Membrane
/// Potential", arXiv 2302.09238; SpikingJelly's KLIFNode.
/// </remarks>
public sealed record KlifNeuron : LeakyNeuronDefinition
{
    /// <summary>The name of the learned array.</summary>
    internal const string SlopeName = "k";

    /// <summary>
    /// Gets whether the potential is divided by k again at the reset. Default <see langword="false"/>.
    /// </summary>
    public bool ScaleReset { get; init; }

    [JsonIgnore]
    internal override IReadOnlyList<LearnedScalar> LearnedScalars => [new(SlopeName, 1.0)];

    // With a k that is not positive the potential does not rise with the current.
    internal override bool IntegratesUntilFirstSpike(float learned) => learned > 0;
}
