using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// The leaves of decision trees behind the features x of a vector: y = [x, leaves]. A leaf is 1 where each of its
/// conditions holds, lowest &lt;= x[feature] &lt; highest, and 0 elsewhere. The conditions are fitted on the training
/// rows and not trained. Arrays: lowest and highest, [leaves, conditions] each.
/// </summary>
public sealed class TreeLayer : Layer
{
    /// <summary>The name of the layer, which is the network's first.</summary>
    internal const string InputName = "trees";

    /// <summary>The most conditions of a leaf.</summary>
    internal const int MostConditions = 64;

    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="inputs">Length of the arriving vector; at least 1.</param>
    /// <param name="conditions">Conditions of a leaf, from 1 to 64.</param>
    /// <param name="features">
    /// The feature of each condition, from 0 to <paramref name="inputs"/> - 1; those of the first leaf first. A leaf
    /// with fewer conditions repeats one.
    /// </param>
    internal TreeLayer(string name, int inputs, int conditions, IReadOnlyList<int> features) : base(name)
    {
        ArgumentNullException.ThrowIfNull(features);
        (Inputs, Conditions, Features) = (inputs, conditions, [.. features]);
    }

    /// <summary>Gets the length of the arriving vector.</summary>
    public int Inputs { get; }

    /// <summary>Gets the number of conditions of a leaf.</summary>
    public int Conditions { get; }

    /// <summary>Gets the feature of each condition, those of the first leaf first.</summary>
    public IReadOnlyList<int> Features { get; }

    internal string LowestName => $"{Name}.lowest";

    internal string HighestName => $"{Name}.highest";

    internal int Leaves => Conditions > 0 ? Features.Count / Conditions : 0;

    internal override IEnumerable<ParameterSpec> Parameters =>
        ((string[])[LowestName, HighestName])
            .Select(array => new ParameterSpec(array, [Leaves, Conditions], ParameterRole.Buffer));

    internal override LayerCost CostOf(Signal input, Signal output, int steps) =>
        new(Shapes.Product(Shapes.Sum(output.Size, Features.Count), steps), 0);

    private protected override void CheckArrays(Signal input)
    {
        if (Features.Count > NetworkLimits.MostValues)
        {
            throw Fault(Invariant($"has {Features.Count:N0} conditions; at most {NetworkLimits.MostValues:N0} are ") +
                "possible.");
        }
    }

    private protected override Signal OutputFor(Signal input)
    {
        if (Conditions is < 1 or > MostConditions)
        {
            throw Fault(Invariant($"has {Conditions} conditions for a leaf; from 1 to {MostConditions} are possible."));
        }
        if (Features.Count == 0 || Features.Count % Conditions != 0)
        {
            throw Fault(Invariant($"names {Features.Count} features; leaves of {Conditions} conditions need a ") +
                "multiple of that number, and at least one.");
        }
        if (Features.Any(feature => feature < 0 || feature >= Inputs))
        {
            throw Fault(Invariant($"names a feature that is not from 0 to {Inputs - 1}."));
        }
        if (input.Shape is not [int length] || length != Inputs)
        {
            throw Fault($"has trees for a vector of {Inputs} values and is given {input}.");
        }
        int outputs = (int)Math.Min((long)Inputs + Leaves, int.MaxValue);
        return new([outputs], input.IsConstant ? SignalKind.Constant : SignalKind.Graded);
    }
}
