using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking.Sweeps.Space;

/// <summary>Several values without an order.</summary>
internal sealed class ChoiceDimension : SweepDimension
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly object[] _values;
    private readonly string[] _texts;

    /// <param name="name">Unique in the space.</param>
    /// <param name="values">Numbers, strings, Booleans or enums, no two alike.</param>
    /// <param name="apply">See <see cref="SweepDimension"/>.</param>
    /// <exception cref="ArgumentException">There are no values, two are alike, or one is of another type.</exception>
    public ChoiceDimension(string name, IEnumerable<object> values, Action<SpikingClifTrainer.Options, object> apply)
        : base(name, apply)
    {
        _values = [.. values];
        if (_values.FirstOrDefault(value =>
            value is not (int or long or float or double or bool or string or Enum)) is { } other)
        {
            throw new ArgumentException($"The choices of {name} include a {other.GetType().Name}; " +
                "only numbers, strings, Booleans and enums can be stored.");
        }
        _texts = [.. _values.Select(value => Write(value).ToJsonString())];
        if (_values.Length == 0 || _texts.Distinct(StringComparer.Ordinal).Count() < _texts.Length)
        {
            throw new ArgumentException(
                $"The choices of {name} are [{string.Join(", ", _texts)}]; give at least one, and each only once.");
        }
    }

    public override int? Count => _values.Length;

    public override IReadOnlyList<object>? Values => _values;

    public override object At(double place) => _values[(int)place];

    public override double? PlaceOf(object value)
    {
        int index = Array.IndexOf(_values, value);
        return index < 0 ? null : index;
    }

    public override JsonNode Describe() => new JsonArray([.. _values.Select(Write)]);

    public override JsonNode Write(object value) => JsonSerializer.SerializeToNode(value, value.GetType(), Json)!;

    public override object Parse(JsonNode? node)
    {
        int index = Array.IndexOf(_texts, node?.ToJsonString());
        return index < 0 ? throw Foreign(node) : _values[index];
    }
}
