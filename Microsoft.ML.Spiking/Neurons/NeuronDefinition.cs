using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The neuron of a layer: a function of the current that arrives over the time steps. A definition is data: immutable,
/// compared by value, written as JSON. The code that runs it, in training and scoring, is elsewhere.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ClifNeuron), "clif")]
[JsonDerivedType(typeof(LifNeuron), "lif")]
[JsonDerivedType(typeof(PlifNeuron), "plif")]
[JsonDerivedType(typeof(KlifNeuron), "klif")]
[JsonDerivedType(typeof(IfNeuron), "if")]
[JsonDerivedType(typeof(ReluNeuron), "relu")]
[JsonDerivedType(typeof(FirstSpikeNeuron), "firstSpike")]
[JsonDerivedType(typeof(BurstNeuron), "burst")]
[JsonDerivedType(typeof(MeanReluNeuron), "meanRelu")] // of the checkpoints of a conversion alone
public abstract record NeuronDefinition
{
    private protected NeuronDefinition() { }

    /// <summary>Gets the kind of the neuron's output: spikes (0 or 1) for every spiking neuron.</summary>
    internal virtual SignalKind OutputKind => SignalKind.Spikes;

    /// <summary>Gets the learned values, one of each for a layer, in the order in which they are saved.</summary>
    internal virtual IReadOnlyList<LearnedScalar> LearnedScalars => [];

    /// <summary>Returns one sentence for each value that is out of its range.</summary>
    internal abstract IEnumerable<string> Faults();

    /// <summary>Tells whether a value remains finite in float32, which neurons are computed in.</summary>
    private protected static bool IsFinite(double value) => float.IsFinite((float)value);
}
