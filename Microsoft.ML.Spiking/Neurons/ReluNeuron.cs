using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The rectifier of ordinary networks, which does not spike: the baseline that spiking neurons are compared with. It
/// has no state, so a network of it needs one time step.
/// </summary>
/// <remarks>
/// <code>
/// y = max(0, x)
/// </code>
/// Its reported firing rate is the share of its values that are not 0.
/// Source: Nair, Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", ICML 2010.
/// </remarks>
public sealed record ReluNeuron : NeuronDefinition
{
    internal override SignalKind OutputKind => SignalKind.Graded;

    internal override IEnumerable<string> Faults() => [];
}
