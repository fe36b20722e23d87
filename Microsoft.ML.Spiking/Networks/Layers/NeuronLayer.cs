using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>A neuron at every element of what arrives. Learned values are arrays of shape [1].</summary>
public sealed class NeuronLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="neuron">The neuron.</param>
    internal NeuronLayer(string name, NeuronDefinition neuron) : base(name) => Neuron = neuron;

    /// <summary>Gets the neuron.</summary>
    public NeuronDefinition Neuron { get; }

    internal override IEnumerable<ParameterSpec> Parameters
    {
        get
        {
            foreach (LearnedScalar scalar in Neuron.LearnedScalars)
            {
                yield return new(ArrayName(scalar), [1], ParameterRole.Neuron);
            }
        }
    }

    internal override bool HasNeurons => true;

    internal string ArrayName(LearnedScalar scalar) => $"{Name}.{scalar.Name}";

    private protected override Signal OutputFor(Signal input)
    {
        if (Neuron is null)
        {
            throw Fault("has no neuron.");
        }
        foreach (string fault in Neuron.Faults())
        {
            throw Fault(fault);
        }
        return input with { Kind = Neuron.OutputKind };
    }
}
