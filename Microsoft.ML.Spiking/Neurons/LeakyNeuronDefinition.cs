using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>A spiking neuron whose membrane potential decays with a time constant.</summary>
public abstract record LeakyNeuronDefinition : SpikingNeuronDefinition
{
    private protected LeakyNeuronDefinition() { }

    /// <summary>
    /// Gets the membrane time constant tau, in time steps: at each step the potential keeps the part 1 - 1/tau of
    /// itself. Greater than 1 and finite in float32. Default 2.
    /// </summary>
    public double MembraneTimeConstant { get; init; } = 2.0;

    /// <summary>
    /// Gets whether the arriving current is divided by tau. Default <see langword="false"/>, as in the CLIF paper.
    /// </summary>
    public bool DecayInput { get; init; }

    internal override IEnumerable<string> Faults()
    {
        foreach (string fault in base.Faults())
        {
            yield return fault;
        }
        if (!(IsFinite(MembraneTimeConstant) && MembraneTimeConstant > 1))
        {
            yield return Invariant($"{GetType().Name}.{nameof(MembraneTimeConstant)} is {MembraneTimeConstant}; ") +
                "it must be greater than 1 (in time steps) and finite in float32.";
        }
    }
}
