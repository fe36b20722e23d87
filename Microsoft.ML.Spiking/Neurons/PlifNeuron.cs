using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The parametric LIF neuron: a <see cref="LifNeuron"/> whose leak is learned, one value for a layer.
/// </summary>
/// <remarks>
/// 1/tau = sigmoid(w); w starts at -ln(tau - 1) with tau the <see cref="LeakyNeuronDefinition.MembraneTimeConstant"/>
/// and is saved as the layer's array "w".
/// Source: Fang et al., "Incorporating Learnable Membrane Time Constant to Enhance Learning of Spiking Neural
/// Networks", ICCV 2021.
/// </remarks>
public sealed record PlifNeuron : LeakyNeuronDefinition
{
    /// <summary>The name of the learned array: w, with 1/tau = sigmoid(w).</summary>
    internal const string LeakName = "w";

    [JsonIgnore]
    internal override IReadOnlyList<LearnedScalar> LearnedScalars =>
        [new(LeakName, -Math.Log(MembraneTimeConstant - 1))];

    internal override bool IntegratesUntilFirstSpike(float learned) => true;
}
