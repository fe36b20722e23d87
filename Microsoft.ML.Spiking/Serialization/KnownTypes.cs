using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Networks.Layers;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Surrogates;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// Every value that "type" may have in a definition: those of the layers, neurons, encoders and surrogates of this
/// version, read from their attributes.
/// </summary>
internal static class KnownTypes
{
    public const string Property = "type";

    private static readonly HashSet<string> Names =
    [
        // Not all types of the library: to load those takes longer than the rest of the reading, TorchSharp included.
        .. new[] { typeof(Layer), typeof(NeuronDefinition), typeof(SurrogateGradient), typeof(InputEncoder) }
            .SelectMany(type => type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false))
            .Select(attribute => attribute.TypeDiscriminator)
            .OfType<string>(),
    ];

    /// <summary>The first "type" that this version does not know, or null.</summary>
    public static string? FirstUnknown(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Select(UnknownIn).FirstOrDefault(name => name is not null),
        JsonValueKind.Array => element.EnumerateArray().Select(FirstUnknown).FirstOrDefault(name => name is not null),
        _ => null,
    };

    private static string? UnknownIn(JsonProperty property) =>
        property.Name == Property && property.Value.ValueKind == JsonValueKind.String
            ? Names.Contains(property.Value.GetString()!) ? null : property.Value.GetString()
            : FirstUnknown(property.Value);
}
