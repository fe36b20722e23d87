using System.Text.Json.Nodes;

namespace Microsoft.ML.Spiking.Sweeps.Space;

/// <summary>A place in a space, and the value that each dimension has there.</summary>
internal sealed class SweepPoint
{
    private readonly Dictionary<string, object> _values;

    private SweepPoint(double[] places, Dictionary<string, object> values)
    {
        Places = places;
        _values = values;
    }

    /// <summary>In the order of the space's dimensions; see <see cref="SweepDimension.At"/>.</summary>
    public IReadOnlyList<double> Places { get; }

    /// <summary>By the dimensions' names.</summary>
    public IReadOnlyDictionary<string, object> Values => _values;

    public object this[string name] => _values[name];

    public static SweepPoint At(SweepSpace space, IEnumerable<double> places)
    {
        double[] all = [.. places];
        return new(all, space.Dimensions.Zip(all, (dimension, place) => KeyValuePair.Create(dimension.Name, dimension.At(place)))
            .ToDictionary(StringComparer.Ordinal));
    }

    /// <summary>As it is stored.</summary>
    public string Write(SweepSpace space) => new JsonObject(space.Dimensions.Select(dimension =>
        KeyValuePair.Create(dimension.Name, (JsonNode?)dimension.Write(_values[dimension.Name])))).ToJsonString();

    /// <summary>What <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is none of this space.</exception>
    public static SweepPoint Read(SweepSpace space, string json)
    {
        JsonNode? stored = JsonNode.Parse(json);
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (SweepDimension dimension in space.Dimensions)
        {
            values.Add(dimension.Name, dimension.Read(stored?[dimension.Name]));
        }
        return new([.. space.Dimensions.Select(dimension => dimension.PlaceOf(values[dimension.Name])!.Value)], values);
    }
}
