using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// Receptive fields: several values of each feature x, y = min(max(scale x + shift, lowest), highest), with constants
/// that are fitted on the training rows and not trained. Arrays: scale, shift, lowest and highest, [outputs] each, the
/// fields of the first feature first.
/// </summary>
public sealed class PopulationLayer : Layer
{
    /// <summary>The name of the layer, which is the network's first.</summary>
    internal const string InputName = "population";

    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="fields">The number of fields of each feature, at least 1.</param>
    internal PopulationLayer(string name, IReadOnlyList<int> fields) : base(name)
    {
        ArgumentNullException.ThrowIfNull(fields);
        Fields = [.. fields];
    }

    /// <summary>Gets the number of fields of each feature.</summary>
    public IReadOnlyList<int> Fields { get; }

    internal string ScaleName => $"{Name}.scale";

    internal string ShiftName => $"{Name}.shift";

    internal string LowestName => $"{Name}.lowest";

    internal string HighestName => $"{Name}.highest";

    internal override IEnumerable<ParameterSpec> Parameters =>
        ((string[])[ScaleName, ShiftName, LowestName, HighestName])
            .Select(array => new ParameterSpec(array, [Outputs()], ParameterRole.Buffer));

    /// <summary>Returns the feature of each output.</summary>
    internal IEnumerable<int> Features() =>
        Fields.SelectMany((count, feature) => Enumerable.Repeat(feature, count));

    private protected override Signal OutputFor(Signal input)
    {
        if (Fields.Count == 0 || Fields.Any(count => count < 1))
        {
            throw Fault("a feature without a field is not possible; each needs at least 1.");
        }
        if (Fields.Sum(count => (long)count) > NetworkLimits.MostValues)
        {
            throw Fault(Invariant($"gives more than the {NetworkLimits.MostValues:N0} values that are possible."));
        }
        if (input.Shape is not [int length] || length != Fields.Count)
        {
            throw Fault($"has fields for a vector of {Fields.Count} values and is given {input}.");
        }
        return new([Outputs()], input.IsConstant ? SignalKind.Constant : SignalKind.Graded);
    }

    private int Outputs() => (int)Math.Min(Fields.Sum(count => (long)count), int.MaxValue);
}
