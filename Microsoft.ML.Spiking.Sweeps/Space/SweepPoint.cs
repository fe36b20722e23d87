using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Spiking.Sweeps.Space;

/// <summary>The values of a trial: one for each dimension of a space. Points with equal values are equal.</summary>
internal sealed class SweepPoint : IEquatable<SweepPoint>
{
    private readonly SweepSpace _space;
    private readonly object[] _values;

    /// <param name="space">The space.</param>
    /// <param name="values">One value for each of its dimensions, in their order.</param>
    public SweepPoint(SweepSpace space, IEnumerable<object> values)
    {
        _space = space;
        _values = [.. values];
    }

    /// <summary>Gets the values, in the order of the space's dimensions.</summary>
    public IReadOnlyList<object> Values => _values;

    /// <summary>
    /// Gets the places of the values, in the order of the space's dimensions; see <see cref="SweepDimension.At"/>.
    /// </summary>
    public IReadOnlyList<double> Places =>
        [.. _space.Dimensions.Select((dimension, index) => dimension.PlaceOf(_values[index])!.Value)];

    public static SweepPoint At(SweepSpace space, IEnumerable<double> places) =>
        new(space, space.Dimensions.Zip(places, (dimension, place) => dimension.At(place)));

    /// <summary>Returns the values by the dimensions' names.</summary>
    public Dictionary<string, object> ByName() => _space.Dimensions.Select((dimension, index) =>
        KeyValuePair.Create(dimension.Name, _values[index])).ToDictionary(StringComparer.Ordinal);

    /// <summary>Returns a copy of options with these values.</summary>
    public SpikingClifTrainer.Options ApplyTo(SpikingClifTrainer.Options others)
    {
        SpikingClifTrainer.Options options = others.Copy();
        for (int i = 0; i < _values.Length; i++)
        {
            _space.Dimensions[i].Apply(options, _values[i]);
        }
        return options;
    }

    /// <summary>Returns the JSON in which the point is stored.</summary>
    public string Write() => new JsonObject(_space.Dimensions.Select((dimension, index) =>
        KeyValuePair.Create(dimension.Name, (JsonNode?)dimension.Write(_values[index])))).ToJsonString();

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is not a point of this space.</exception>
    public static SweepPoint Parse(SweepSpace space, string json)
    {
        JsonObject? stored;
        try
        {
            stored = JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The values of a trial are not JSON: {exception.Message}", exception);
        }
        return stored is null
            ? throw new FormatException("The values of a trial are not a JSON object.")
            : new(space, space.Dimensions.Select(dimension => dimension.Parse(stored[dimension.Name])));
    }

    public bool Equals(SweepPoint? other) => other is not null && _values.AsSpan().SequenceEqual(other._values);

    public override bool Equals(object? obj) => Equals(obj as SweepPoint);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (object value in _values)
        {
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    public override string ToString() => Write();
}
