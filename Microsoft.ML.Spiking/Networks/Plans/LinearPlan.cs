using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>A <see cref="LinearLayer"/> over all that arrives, which must be a vector.</summary>
public sealed record LinearPlan : WeightedPlan
{
    /// <summary>Creates the plan.</summary>
    /// <param name="outputs">Length of the leaving vector; at least 1.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    public LinearPlan(int outputs, bool hasBias = true) : base(hasBias) => Outputs = outputs;

    /// <summary>Length of the leaving vector.</summary>
    public int Outputs { get; }

    internal override Layer Bind(Signal input, LayerComposer composer) => Bind(input, composer.Name("fc"));

    internal Layer Bind(Signal input, string name) =>
        new LinearLayer(name, input.Size, Outputs, HasBias) { InitialWeights = InitialWeights, ZeroBias = ZeroBias };
}
