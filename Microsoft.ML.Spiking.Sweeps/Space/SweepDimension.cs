using System.Text.Json.Nodes;

namespace Microsoft.ML.Spiking.Sweeps.Space;

/// <summary>One thing that a sweep varies.</summary>
/// <param name="name">Unique in the space.</param>
/// <param name="apply">Puts a value into a trainer's options.</param>
internal abstract class SweepDimension(string name, Action<SpikingClifTrainer.Options, object> apply)
{
    public string Name { get; } = name;

    /// <summary>Gets the action that puts a value into a trainer's options.</summary>
    public Action<SpikingClifTrainer.Options, object> Apply { get; } = apply;

    /// <summary>
    /// Gets the function that reads the value from a trainer's options; it returns null for a value that cannot be read
    /// or is not one of this dimension.
    /// </summary>
    public Func<SpikingClifTrainer.Options, object?> Read { get; init; } = _ => null;

    /// <summary>
    /// Gets whether it belongs to <see cref="SweepSpace.Default"/>, rather than being asked for by name.
    /// </summary>
    public bool IsDefault { get; init; }

    /// <summary>Gets the number of values to choose from; null for a range.</summary>
    public abstract int? Count { get; }

    /// <summary>Gets all values if they are countable, else null.</summary>
    public abstract IReadOnlyList<object>? Values { get; }

    /// <summary>Returns the value at a place: from 0 to 1 for a range, the index for a choice.</summary>
    public abstract object At(double place);

    /// <summary>Returns the place of a value; null for a value that is not part of this dimension.</summary>
    public abstract double? PlaceOf(object value);

    /// <summary>Returns the dimension as a sweep's definition stores it.</summary>
    public abstract JsonNode Describe();

    /// <summary>Returns a value as JSON.</summary>
    public abstract JsonNode Write(object value);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">The value is not part of this dimension.</exception>
    public abstract object Parse(JsonNode? node);

    private protected FormatException Foreign(JsonNode? node) =>
        new($"The value {node?.ToJsonString() ?? "null"} of {Name} is not in this sweep's space.");
}
