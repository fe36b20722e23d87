using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>y = W x + b over a vector, at every time step. Arrays: weight [outputs, inputs], bias [outputs].</summary>
public sealed record LinearLayer : WeightedLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="inputs">Length of the arriving vector; at least 1.</param>
    /// <param name="outputs">Length of the leaving vector; at least 1.</param>
    /// <param name="hasBias">Whether b is there.</param>
    public LinearLayer(string name, int inputs, int outputs, bool hasBias = true) : base(name, hasBias)
    {
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>Length of the arriving vector.</summary>
    public int Inputs { get; }

    /// <summary>Length of the leaving vector.</summary>
    public int Outputs { get; }

    internal override IReadOnlyList<int> WeightShape => [Outputs, Inputs];

    internal override Signal Infer(Signal input)
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
}
