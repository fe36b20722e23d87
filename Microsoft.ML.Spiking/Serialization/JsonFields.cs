using System.Text.Json;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// The members of a JSON object, taken one by one by name. Nothing is found by reflection: the serializer would take
/// longer to compile itself for the types of a network than all the rest of loading a model takes.
/// </summary>
internal sealed class JsonFields
{
    private const string TypeName = "type";

    private readonly JsonElement _object;
    private readonly string _what; // with its article
    private readonly List<string> _taken = [];

    /// <param name="element">Must be an object.</param>
    /// <param name="what">What it describes, for errors, such as "layer".</param>
    /// <exception cref="JsonException">It is no object.</exception>
    public JsonFields(JsonElement element, string what)
    {
        _what = what[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? $"an {what}" : $"a {what}";
        _object = element.ValueKind == JsonValueKind.Object
            ? element
            : throw new JsonException($"{_what} is not a JSON object.");
    }

    /// <summary>Gets the type, of its kind, that the object describes.</summary>
    public string Type => Text(TypeName);

    /// <summary>
    /// Checks that all members were taken: one that this version does not know may change what the network computes.
    /// </summary>
    /// <exception cref="JsonException">There are others; the message names one.</exception>
    public void CheckAllTaken()
    {
        foreach (JsonProperty property in _object.EnumerateObject())
        {
            if (!_taken.Contains(property.Name))
            {
                throw new JsonException($"{_what} has the unknown member '{Quotation.Of(property.Name)}'.");
            }
        }
    }

    public string Text(string name) => Needed(name, JsonValueKind.String).GetString()!;

    public int Integer(string name) => Integer(Needed(name, JsonValueKind.Number), name);

    public int Integer(string name, int missing) => Has(name) ? Integer(name) : missing;

    /// <summary>A number; infinite where no double is as large.</summary>
    public double Number(string name) => Needed(name, JsonValueKind.Number).GetDouble();

    public double Number(string name, double missing) => Has(name) ? Number(name) : missing;

    /// <summary>A number, or null where it is null or missing.</summary>
    public double? NumberOrNull(string name) =>
        Find(name) is JsonElement { ValueKind: not JsonValueKind.Null } ? Number(name) : null;

    public bool Flag(string name, bool missing) => Find(name) is JsonElement value
        ? value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name),
        }
        : missing;

    /// <summary>Returns the index of the text among the names; 0 where it is missing.</summary>
    public int Choice(string name, params string[] names)
    {
        int index = Has(name) ? Array.IndexOf(names, Text(name)) : 0;
        return index >= 0
            ? index
            : throw new JsonException(
                $"the member '{name}' of {_what} is '{Quotation.Of(Text(name))}'; known are " +
                $"{string.Join(", ", names)}.");
    }

    /// <summary>The members of an object within this one.</summary>
    public JsonFields Object(string name, string what) => new(Needed(name, JsonValueKind.Object), what);

    public bool Has(string name) => Find(name) is not null;

    public int[] Integers(string name)
    {
        JsonElement list = Needed(name, JsonValueKind.Array);
        int[] values = new int[list.GetArrayLength()];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Integer(list[i], name);
        }
        return values;
    }

    /// <summary>The elements of an array.</summary>
    public JsonElement.ArrayEnumerator Elements(string name) => Needed(name, JsonValueKind.Array).EnumerateArray();

    /// <summary>Returns the fault of an object whose type this version does not know at that place.</summary>
    public FormatException UnknownType(string what) => new(
        $"{what} uses the type '{Quotation.Of(Type)}', which this version of Microsoft.ML.Spiking " +
        $"does not know as {_what}; it is damaged, or was written by a newer version.");

    private int Integer(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int integer)
            ? integer
            : throw new JsonException($"the member '{name}' of {_what} holds something else than a whole number " +
                $"from {int.MinValue} to {int.MaxValue}.");

    private JsonElement Needed(string name, JsonValueKind kind) => Find(name) is not JsonElement value
        ? throw new JsonException($"{_what} lacks the member '{name}'.")
        : value.ValueKind == kind ? value : throw Wrong(name);

    private JsonElement? Find(string name)
    {
        _taken.Add(name);
        return _object.TryGetProperty(name, out JsonElement value) ? value : null;
    }

    private JsonException Wrong(string name) =>
        new($"the member '{name}' of {_what} is of another kind than expected.");
}
