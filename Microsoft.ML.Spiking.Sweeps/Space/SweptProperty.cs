using System.Reflection;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.Spiking.Sweeps.Space;

/// <summary>
/// A property of <see cref="SpikingClifSweepOptions"/>, and what it stands for in a trainer's options.
/// </summary>
/// <param name="Property">The property, whose attributes say what to sweep it over.</param>
/// <param name="Read">
/// Reads its value from options; null where they have a value that the property cannot express.
/// </param>
/// <param name="Apply">Puts a value into options.</param>
internal sealed record SweptProperty(
    PropertyInfo Property, Func<SpikingClifTrainer.Options, object?> Read,
    Action<SpikingClifTrainer.Options, object> Apply)
{
    /// <summary>Gets all properties by name, in the order in which they are declared.</summary>
    public static IReadOnlyDictionary<string, SweptProperty> All { get; } =
        typeof(SpikingClifSweepOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(property => property.Name, SpikingClifSweepOptions.Swept, StringComparer.Ordinal);

    /// <summary>Gets the type of its values; of one that may be null, the type of the others.</summary>
    public Type ValueType => Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    /// <summary>Returns a dimension for each property that has an attribute.</summary>
    public static IEnumerable<SweepDimension> Dimensions() =>
        All.Values.Select(swept => swept.Dimension()).OfType<SweepDimension>();

    private SweepDimension? Dimension() =>
        Property.GetCustomAttribute<RangeAttribute>() is { } range
            ? new RangeDimension(Property.Name, Convert.ToDouble(range.Min, null), Convert.ToDouble(range.Max, null),
                isWhole: ValueType == typeof(int), range.LogBase, Apply)
            { Read = Read, IsDefault = true }
        : Property.GetCustomAttribute<ChoiceAttribute>() is { } choice
            ? new ChoiceDimension(Property.Name, choice.Candidates, Apply) { Read = Read, IsDefault = true }
        : null;
}
