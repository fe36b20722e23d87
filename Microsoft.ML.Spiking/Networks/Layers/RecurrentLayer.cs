using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// Spiking neurons with weights between them: at each step the spikes of the step before, times the weights, are added
/// to the current that arrives. Arrays: weight [neurons, neurons], from the second to the first, and the neuron's
/// learned values, [1] each.
/// </summary>
/// <remarks>
/// <code>
/// current(t) = x(t) + W s(t - 1),  s(0) = 0
/// s(t) = neuron(current(t))
/// </code>
/// In training the gradient goes through all steps, op by op on every device; it excludes a gradient horizon. Products
/// stay in float32.
/// </remarks>
public sealed class RecurrentLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="size">Number of neurons, which is the length of the arriving vector; at least 1.</param>
    /// <param name="neuron">The neuron; it spikes.</param>
    internal RecurrentLayer(string name, int size, NeuronDefinition neuron) : base(name)
    {
        Size = size;
        Neuron = neuron;
    }

    /// <summary>Gets the number of neurons.</summary>
    public int Size { get; }

    /// <summary>Gets the neuron.</summary>
    public NeuronDefinition Neuron { get; }

    internal string WeightName => $"{Name}.weight";

    internal override bool HasNeurons => true;

    internal override bool IsRecurrent => true;

    internal override IEnumerable<ParameterSpec> Parameters =>
    [
        new(WeightName, [Size, Size], ParameterRole.Weight),
        .. (Neuron?.LearnedScalars ?? []).Select(
            scalar => new ParameterSpec(ArrayName(scalar), [1], ParameterRole.Neuron)),
    ];

    internal string ArrayName(LearnedScalar scalar) => $"{Name}.{scalar.Name}";

    internal override LayerCost CostOf(Signal input, Signal output, int steps) =>
        new(Shapes.Product(Size, Size, steps), Shapes.Product(Size, 32));

    private protected override Signal OutputFor(Signal input)
    {
        if (Size < 1 || input.Shape is not [int length] || length != Size)
        {
            throw Fault($"expects a vector of its {Size} neurons and is given {input}.");
        }
        if (Neuron is not SpikingNeuronDefinition)
        {
            throw Fault(Neuron is null ? "has no neuron."
                : $"is of {Neuron.GetType().Name}; recurrent weights are of neurons with one spike in a step: choose " +
                    "one such as a LifNeuron or ClifNeuron.");
        }
        foreach (string fault in Neuron.Faults())
        {
            throw Fault(fault);
        }
        return input with { Kind = Neuron.OutputKind };
    }
}
