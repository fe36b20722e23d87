namespace Microsoft.ML.Spiking;

/// <summary>The integrate-and-fire neuron: a <see cref="LifNeuron"/> without a leak.</summary>
/// <remarks>
/// With current x, potential v and spike s, at each step:
/// <code>
/// v &lt;- v + x                                  charge
/// s  = H(v - threshold)                        fire
/// v &lt;- v - s threshold                         soft reset
/// v &lt;- (1 - s) v + s (reset potential)         hard reset
/// </code>
/// Source: Lapicque 1907, in the discrete form of SpikingJelly's IFNode.
/// </remarks>
public sealed record IfNeuron : SpikingNeuronDefinition
{
    internal override bool IntegratesUntilFirstSpike(float learned) => true;
}
