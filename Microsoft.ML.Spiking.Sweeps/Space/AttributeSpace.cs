using System.Reflection;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.Spiking.Sweeps.Space;

/// <summary>Reads what the attributes of <see cref="SpikingClifSweepOptions"/> say.</summary>
internal static class AttributeSpace
{
    /// <summary>The properties that can be swept, by name.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Properties { get; } =
        typeof(SpikingClifSweepOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(property => property.Name, StringComparer.Ordinal);

    /// <summary>A dimension for each property, in the order in which they are declared.</summary>
    public static IEnumerable<SweepDimension> Dimensions() => Properties.Values.Select(Dimension).OfType<SweepDimension>();

    private static SweepDimension? Dimension(PropertyInfo property) =>
        property.GetCustomAttribute<RangeAttribute>() is { } range ? Range(property, range)
        : property.GetCustomAttribute<ChoiceAttribute>() is { } choice ? new ChoiceDimension(property.Name, choice.Candidates, null)
        : property.GetCustomAttribute<BooleanChoiceAttribute>() is not null ? new ChoiceDimension(property.Name, [false, true], null)
        : null;

    private static RangeDimension Range(PropertyInfo property, RangeAttribute range) => new(
        property.Name, Convert.ToDouble(range.Min, null), Convert.ToDouble(range.Max, null),
        isWhole: property.PropertyType == typeof(int), range.LogBase, apply: null);
}
