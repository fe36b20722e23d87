using System.Text.Json.Nodes;

namespace Microsoft.ML.Spiking.Sweeps.Space;

/// <summary>One of the things that a sweep varies.</summary>
/// <param name="name">Unique in the space.</param>
/// <param name="apply">Puts a value of it into the options; null for a property of <see cref="SpikingClifSweepOptions"/>.</param>
internal abstract class SweepDimension(string name, Action<SpikingClifTrainer.Options, object>? apply)
{
    public string Name { get; } = name;

    public Action<SpikingClifTrainer.Options, object>? Apply { get; } = apply;

    /// <summary>How many values there are to choose from; null for a range.</summary>
    public abstract int? Count { get; }

    /// <summary>The value at a place: in a range from 0 to 1, in a choice the index.</summary>
    public abstract object At(double place);

    /// <summary>Where a value lies; null if it does not lie here.</summary>
    public abstract double? PlaceOf(object value);

    /// <summary>What it ranges over, as a sweep's definition says it.</summary>
    public abstract JsonNode Describe();

    /// <summary>A value as JSON.</summary>
    public abstract JsonNode Write(object value);

    /// <summary>The value that <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is none of this dimension.</exception>
    public abstract object Read(JsonNode? node);

    private protected FormatException NotOne(JsonNode? node) =>
        new($"The value {node?.ToJsonString() ?? "null"} of {Name} is none of this sweep's.");
}
