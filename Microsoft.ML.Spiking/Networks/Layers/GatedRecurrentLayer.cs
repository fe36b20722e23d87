using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// A gated recurrent layer whose inputs and outputs are quantized: what is left of a value by rounding is added to that
/// of the next step, so that most values are 0 and their sum over time is kept. Arrays: weight [2 outputs, inputs],
/// recurrent [2 outputs, outputs], bias [2 outputs], the gate's rows before the candidate's; input_range and
/// output_range, [2] each.
/// </summary>
/// <remarks>
/// With x the input and U 0 without recurrent weights, at each step:
/// <code>
/// x^ = Q(x)                                          the same encoding
/// z  = sigmoid(Wz x^ + bz + Uz s)                    s of the step before, 0 at first
/// c  = max(0, Wc x^ + bc + Uc s)
/// h  = (1 - z) c + z h                               h of the step before, 0 at first
/// e &lt;- e + h;  s = Q(e);  e &lt;- e - s                 encode: the sum of s, and e, is that of h
/// Q(e) = trunc(k e) / k for |e| &lt;= M, 0 where |trunc(k e)| &lt;= threshold;  k = 2^(bits - 1) (1 - 1e-4) / M
/// </code>
/// M is the largest value: a mean over the batches of the training that moves by a tenth, without the bias of its
/// start. In training the gradient passes through Q unchanged and is that of the plain gated layer at the quantized
/// values; it goes through all steps, op by op on every device.
/// Source: Ponghiran and Roy, "Spiking Neural Networks with Improved Inherent Recurrence Dynamics for Sequential
/// Learning", AAAI 2022, arXiv 2109.01905.
/// </remarks>
public sealed class GatedRecurrentLayer : Layer
{
    internal const int LeastBits = 2, MostBits = 16;

    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="inputs">Length of the arriving vector; at least 1.</param>
    /// <param name="outputs">Length of the leaving vector; at least 1.</param>
    /// <param name="outputBits">Bits of a value with its sign, from 2 to 16.</param>
    /// <param name="threshold">Rounded values up to that one are 0; from 0 to below 2^(bits - 1).</param>
    /// <param name="hasRecurrentWeights">Whether the step before reaches gate and candidate.</param>
    internal GatedRecurrentLayer(
        string name, int inputs, int outputs, int outputBits, int threshold, bool hasRecurrentWeights = true)
        : base(name)
    {
        Inputs = inputs;
        Outputs = outputs;
        OutputBits = outputBits;
        Threshold = threshold;
        HasRecurrentWeights = hasRecurrentWeights;
    }

    /// <summary>Gets the length of the arriving vector.</summary>
    public int Inputs { get; }

    /// <summary>Gets the length of the leaving vector.</summary>
    public int Outputs { get; }

    /// <summary>Gets the bits of a value with its sign.</summary>
    public int OutputBits { get; }

    /// <summary>Gets the largest rounded value that counts as 0.</summary>
    public int Threshold { get; }

    /// <summary>Gets whether the step before reaches gate and candidate.</summary>
    public bool HasRecurrentWeights { get; }

    internal string WeightName => $"{Name}.weight";

    internal string RecurrentName => $"{Name}.recurrent";

    internal string BiasName => $"{Name}.bias";

    internal string InputRangeName => $"{Name}.input_range";

    internal string OutputRangeName => $"{Name}.output_range";

    /// <summary>Gets k M.</summary>
    internal double Levels => Math.Pow(2, OutputBits - 1) * (1 - 1e-4);

    internal override bool HasNeurons => true;

    internal override bool IsRecurrent => true;

    internal override IEnumerable<ParameterSpec> Parameters
    {
        get
        {
            yield return new(WeightName, [2 * Outputs, Inputs], ParameterRole.Weight);
            if (HasRecurrentWeights)
            {
                yield return new(RecurrentName, [2 * Outputs, Outputs], ParameterRole.Weight);
            }
            yield return new(BiasName, [2 * Outputs], ParameterRole.Bias);
            yield return new(InputRangeName, [2], ParameterRole.Buffer);
            yield return new(OutputRangeName, [2], ParameterRole.Buffer);
        }
    }

    /// <summary>Returns a sentence about values that are out of their range; null if none is.</summary>
    internal static string? FaultOf(int bits, int threshold) =>
        bits is < LeastBits or > MostBits
            ? Invariant($"has {bits} output bits; {LeastBits} to {MostBits} are possible (with 1 nothing ever fires).")
        : threshold < 0 || threshold >= (1 << (bits - 1))
            ? Invariant($"has a threshold of {threshold}; from 0 to {(1 << (bits - 1)) - 1} are possible with ") +
                Invariant($"{bits} bits.")
        : null;

    internal override LayerCost CostOf(Signal input, Signal output, int steps) => new(
        Shapes.Sum(Shapes.Product(2L * Outputs, Inputs, steps), Shapes.Product(2L * Outputs, Outputs, steps)),
        Shapes.Sum(Shapes.Product(Inputs, 32), Shapes.Product(Outputs, 64)));

    private protected override Signal OutputFor(Signal input)
    {
        if (Inputs < 1 || Outputs is < 1 or > 1 << 24)
        {
            throw Fault($"{Inputs} inputs and {Outputs} outputs are not possible; both must be at least 1.");
        }
        if (input.Shape is not [int length] || length != Inputs)
        {
            throw Fault($"expects a vector of {Inputs} values and is given {input}.");
        }
        if (FaultOf(OutputBits, Threshold) is string fault)
        {
            throw Fault(fault);
        }
        return new([Outputs], SignalKind.Graded);
    }
}
