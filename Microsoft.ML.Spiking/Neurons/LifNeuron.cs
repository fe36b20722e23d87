namespace Microsoft.ML.Spiking;

/// <summary>The leaky integrate-and-fire neuron.</summary>
/// <remarks>
/// With current x, potential v and spike s, at each step:
/// <code>
/// v &lt;- v (1 - 1/tau) + x       charge (hard reset: + reset potential / tau)
/// s  = H(v - threshold)        fire
/// v &lt;- v - s threshold         soft reset
/// v &lt;- (1 - s) v + s (reset potential)    hard reset
/// </code>
/// Source: Gerstner, Kistler, Naud, Paninski, "Neuronal Dynamics", Cambridge 2014, in the discrete form of Wu et al.,
/// AAAI 2019, and of SpikingJelly's LIFNode.
/// </remarks>
public sealed record LifNeuron : LeakyNeuronDefinition
{
    internal override bool IntegratesUntilFirstSpike(float learned) => true;
}
