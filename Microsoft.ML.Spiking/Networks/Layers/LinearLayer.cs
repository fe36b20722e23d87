using Microsoft.ML.Spiking.Networks.Definition;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>y = W x + b over a vector, at every time step. Arrays: weight [outputs, inputs], bias [outputs].</summary>
public sealed class LinearLayer : WeightedLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="inputs">Length of the arriving vector; at least 1.</param>
    /// <param name="outputs">Length of the leaving vector; at least 1.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    internal LinearLayer(string name, int inputs, int outputs, bool hasBias = true) : base(name, hasBias)
    {
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>Gets the length of the arriving vector.</summary>
    public int Inputs { get; }

    /// <summary>Gets the length of the leaving vector.</summary>
    public int Outputs { get; }

    internal override IReadOnlyList<int> WeightShape => [Outputs, Inputs];

    // The inputs that are active, with their values, or the groups of inputs that spike at the same steps.
    internal override LayerCost CostOf(Signal input, Signal output, int steps) =>
        new(Shapes.Product(Inputs, Outputs, steps), Shapes.Product(Inputs, steps + 4L));

    private protected override Signal OutputFor(Signal input)
    {
        if (Inputs < 1 || Outputs < 1)
        {
            throw Fault($"{Inputs} inputs and {Outputs} outputs are not possible; both must be at least 1.");
        }
        if (input.Shape is not [int length] || length != Inputs)
        {
            throw Fault($"expects a vector of {Inputs} values and is given {input}.");
        }
        return new([Outputs], Summed(input.Kind));
    }

    private protected override string Advice(Signal input) =>
        Invariant($"Lower its {Outputs:N0} outputs or its {Inputs:N0} inputs, which for the first layer are the ") +
        "features (the number of bits of a hashing transform, say).";
}
