using System.Text.Json.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A neuron that fires: when its membrane potential reaches the threshold it emits a spike and is reset.
/// </summary>
public abstract record SpikingNeuronDefinition : NeuronDefinition
{
    private protected SpikingNeuronDefinition() { }

    /// <summary>
    /// Gets the potential at which the neuron fires (&gt;=). Finite and greater than 0, in float32 too. Default 1.
    /// </summary>
    public double Threshold { get; init; } = 1.0;

    /// <summary>
    /// Gets <see langword="null"/> (the default) for the soft reset, which subtracts the threshold; a number for the
    /// hard reset, which sets the potential to it. With a hard reset it is also the potential before the first step
    /// and, for leaky neurons, the one towards which the membrane leaks. Finite and below <see cref="Threshold"/>, in
    /// float32 too.
    /// </summary>
    public double? ResetPotential { get; init; }

    /// <summary>
    /// Gets, with the soft reset, the potential before the first step and, for leaky neurons, the one towards which the
    /// membrane leaks. Half the threshold makes a neuron's spikes over some steps the nearest to what its input sums up
    /// to, instead of too few by half a spike. Finite and below <see cref="Threshold"/>, in float32 too; 0 (the
    /// default) where there is a <see cref="ResetPotential"/>, which then has this meaning.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double InitialPotential { get; init; }

    /// <summary>
    /// Gets whether the gradient that would flow through the reset is dropped. Default <see langword="false"/>, as in
    /// the CLIF paper.
    /// </summary>
    public bool DetachReset { get; init; }

    /// <summary>
    /// Gets the surrogate gradient. Default <see cref="AtanSurrogate"/> of alpha 2: its long tails reach neurons far
    /// from the threshold, and it trained better than the CLIF paper's <see cref="RectangleSurrogate"/> on all data
    /// measured (docs/defaults.md).
    /// </summary>
    public SurrogateGradient Surrogate { get; init; } = new AtanSurrogate();

    /// <summary>Gets whether <see cref="ResetPotential"/> is null.</summary>
    [JsonIgnore]
    internal bool IsSoftReset => ResetPotential is null;

    /// <summary>Gets the potential before the first step, towards which leaky neurons leak.</summary>
    [JsonIgnore]
    internal double Rest => ResetPotential ?? InitialPotential;

    /// <summary>
    /// Tells whether the neuron declares the premise of the scoring shortcut: until its first spike it only integrates
    /// the current, as a function of the current that never falls when the current rises at any step, in float32 too.
    /// Its reset then plays no part before the first spike, and a neuron that does not reach the threshold without
    /// resets never fires. A neuron that does not declare it is scored without the shortcut.
    /// </summary>
    /// <param name="learned">The layer's learned value; of no meaning for a neuron that has none.</param>
    internal virtual bool IntegratesUntilFirstSpike(float learned) => false;

    internal override IEnumerable<string> Faults()
    {
        if (!(IsFinite(Threshold) && (float)Threshold > 0))
        {
            yield return Invariant($"{GetType().Name}.{nameof(Threshold)} is {Threshold}; ") +
                "it must be a finite number greater than 0, in float32 too.";
        }
        if (ResetPotential is double reset && !(IsFinite(reset) && (float)reset < (float)Threshold))
        {
            yield return Invariant($"{GetType().Name}.{nameof(ResetPotential)} is {reset}; it must be a finite ") +
                Invariant($"number below the threshold ({Threshold}), in float32 too, or null for the soft reset.");
        }
        if (InitialPotential != 0 && !(IsFinite(InitialPotential) && (float)InitialPotential < (float)Threshold))
        {
            yield return Invariant($"{GetType().Name}.{nameof(InitialPotential)} is {InitialPotential}; it must be ") +
                Invariant($"a finite number below the threshold ({Threshold}), in float32 too.");
        }
        if (ResetPotential is not null && InitialPotential != 0)
        {
            yield return Invariant($"{GetType().Name}.{nameof(InitialPotential)} is {InitialPotential} and ") +
                Invariant($"{nameof(ResetPotential)} is {ResetPotential}; leave the first at 0, because neurons ") +
                "with the hard reset begin at the second, or the second null for the soft reset.";
        }
        if (Surrogate is null)
        {
            yield return $"{GetType().Name}.{nameof(Surrogate)} is null; choose one of the surrogate gradients.";
            yield break;
        }
        foreach (string fault in Surrogate.Faults())
        {
            yield return fault;
        }
    }
}
