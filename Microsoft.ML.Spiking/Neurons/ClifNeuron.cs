namespace Microsoft.ML.Spiking;

/// <summary>
/// The complementary leaky integrate-and-fire neuron: a LIF neuron with a second, complementary potential m that
/// remembers recent spikes, strengthens the reset and gives the gradient a second path through time. It has no
/// parameters beyond those of LIF, and its output stays binary.
/// </summary>
/// <remarks>
/// With current x, potential v, complementary potential m and spike s, at each step:
/// <code>
/// v &lt;- v (1 - 1/tau) + x                  charge
/// m &lt;- m sigmoid(v / tau)                 form
/// s  = H(v - threshold)                   fire
/// m &lt;- m + s                              strengthen
/// v &lt;- v - s (threshold + sigmoid(m))     reset
/// </code>
/// With a hard reset the last line is v &lt;- (1 - s) v + s (reset potential - sigmoid(m)).
/// Source: Huang et al., "CLIF: Complementary Leaky Integrate-and-Fire Neuron for Spiking Neural Networks",
/// ICML 2024, arXiv 2402.04663. With one time step it equals <see cref="LifNeuron"/>.
/// </remarks>
public sealed record ClifNeuron : LeakyNeuronDefinition
{
    internal override bool IntegratesUntilFirstSpike(float learned) => true;
}
