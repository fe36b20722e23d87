using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// Integrate-and-fire neurons with weights between them, which settle: for an input that does not change, their rates
/// tend to an equilibrium. What leaves are the rates over the network's time steps, or the equilibrium itself, once for
/// all steps. Array: weight [neurons, neurons], from the second to the first.
/// </summary>
/// <remarks>
/// With x the input and a the rates, at each step, u and s 0 at first:
/// <code>
/// u &lt;- leak u + x + W s;  s = H(u - threshold);  u &lt;- u - threshold s
/// a = mean of s, step t weighted by leak^(T - t)
/// equilibrium: a = min(1, max(0, (W a + x) / threshold)), one alone where the norm of W is below the threshold
/// </code>
/// In training nothing of the steps is kept. The gradient is that at the equilibrium, by implicit differentiation at a:
/// with m 1 where the rectifier passes, else 0, and J = diag(m) W / threshold,
/// <code>
/// beta = (I - J')^-1 dL/da, by beta &lt;- (beta + J' beta + dL/da) / 2
/// dL/dx = beta m / threshold;  dL/dW = (beta m / threshold)' a
/// </code>
/// Where the norm of W grows beyond the threshold the solver stalls, and the training warns.
/// Source: Xiao et al., "Training Feedback Spiking Neural Networks by Implicit Differentiation on the Equilibrium
/// State", NeurIPS 2021, arXiv 2109.14247; here the solver is damped instead of Broyden's.
/// </remarks>
public sealed class FeedbackLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="size">Number of neurons, which is the length of the arriving vector; at least 1.</param>
    /// <param name="threshold">The potential at which a neuron fires; greater than 0.</param>
    /// <param name="leak">The part of the potential that a step keeps; greater than 0, at most 1.</param>
    /// <param name="isAtEquilibrium">Whether the equilibrium leaves, and no time step is taken.</param>
    internal FeedbackLayer(
        string name, int size, double threshold = 1, double leak = 1, bool isAtEquilibrium = false) : base(name)
    {
        Size = size;
        Threshold = threshold;
        Leak = leak;
        IsAtEquilibrium = isAtEquilibrium;
    }

    /// <summary>Gets the number of neurons.</summary>
    public int Size { get; }

    /// <summary>Gets the potential at which a neuron fires.</summary>
    public double Threshold { get; }

    /// <summary>Gets the part of the potential that a step keeps.</summary>
    public double Leak { get; }

    /// <summary>Gets whether the equilibrium leaves, and no time step is taken.</summary>
    [JsonPropertyName("atEquilibrium")]
    public bool IsAtEquilibrium { get; }

    internal string WeightName => $"{Name}.weight";

    internal override bool HasNeurons => true;

    internal override bool IsRecurrent => true;

    internal override IEnumerable<ParameterSpec> Parameters => [new(WeightName, [Size, Size], ParameterRole.Weight)];

    /// <summary>Returns a sentence about values that are out of their range; null if none is.</summary>
    internal static string? FaultOf(double threshold, double leak) =>
        !((float)threshold > 0 && float.IsFinite((float)threshold))
            ? Invariant($"has a threshold of {threshold}; it must be finite and greater than 0.")
        : !((float)leak > 0 && leak <= 1)
            ? Invariant($"has a leak of {leak}; it must be greater than 0 and at most 1.")
        : null;

    // The time steps are inside: a row may have as many as rows bring.
    internal override LayerCost CostOf(Signal input, Signal output, int steps) =>
        new(Shapes.Product(Size, Size, NetworkLimits.MostTimeSteps), Shapes.Product(Size, 32));

    private protected override Signal OutputFor(Signal input)
    {
        if (Size < 1 || input.Shape is not [int length] || length != Size)
        {
            throw Fault($"has weights from each of its {Size} neurons to each and expects a vector of as many, " +
                $"but is given {input}: put Flatten() before it. There is no feedback of convolutions.");
        }
        if (!input.IsConstant)
        {
            throw Fault("settles on an input that does not change, and is given one that differs from step to step: " +
                "use it behind the DirectEncoder, on rows without time steps, with no spiking neurons before it.");
        }
        if (FaultOf(Threshold, Leak) is string fault)
        {
            throw Fault(fault);
        }
        return new([Size], SignalKind.Constant);
    }
}
