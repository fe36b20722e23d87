using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// A <see cref="NetworkDefinition"/> as a JSON document:
/// <code>{ "format": "Microsoft.ML.Spiking.Network", "version": 1, "network": { "inputShape": [4], ... } }</code>
/// </summary>
internal static class DefinitionJson
{
    /// <summary>The subject of the sentences that say what is wrong with it.</summary>
    internal const string What = "The network's definition";

    // Document, network, layers and layer; two for each residual layer; neuron and surrogate, or a kernel.
    private const int Depth = 8 + (2 * NetworkLimits.MostNesting);

    private static readonly JsonDocumentOptions DocumentOptions =
        new() { MaxDepth = Depth, AllowDuplicateProperties = false };

    /// <summary>Returns the document, UTF-8.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="version">The version that a reader must know, of the weights beside it too.</param>
    /// <param name="exit">When the scoring of a row ends early; null for never.</param>
    public static byte[] Write(
        NetworkDefinition definition, int version = ModelFormat.Float32Version, EarlyExit? exit = null)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("format", ModelFormat.Name);
            writer.WriteNumber("version", exit is null ? version : ModelFormat.Version);
            if (exit is not null)
            {
                writer.WriteStartObject("earlyExit");
                if (double.IsFinite(exit.Confidence))
                {
                    writer.WriteNumber("confidence", exit.Confidence);
                }
                writer.WriteNumber("leastSteps", exit.MinimumSteps);
                writer.WriteEndObject();
            }
            writer.WritePropertyName("network");
            JsonSerializer.Serialize(writer, definition, WriteOptions.Network);
            writer.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>Reads the definition from a document that is all that remains of the stream.</summary>
    /// <exception cref="FormatException">It is not such a document, or one that this version cannot read.</exception>
    public static NetworkDefinition Read(Stream stream) => ReadModel(stream).Network;

    /// <summary>Reads the definition and the rule of early exits from such a document.</summary>
    /// <exception cref="FormatException">It is not such a document, or one that this version cannot read.</exception>
    public static (NetworkDefinition Network, EarlyExit? Exit) ReadModel(Stream stream)
    {
        byte[] bytes = BoundedReading.ReadToEnd(stream, ModelFormat.LargestDefinition, What);
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, DocumentOptions);
            return (DefinitionReader.Read(Network(document.RootElement)), Exit(document.RootElement));
        }
        catch (Exception exception) when (exception is JsonException
            or InvalidOperationException) // text that is not valid Unicode throws when it is read
        {
            // Without the inner exception: ML.NET wraps this one, and GetBaseException is to find this sentence.
            throw new FormatException(
                $"{What} is damaged, or was written by a newer version: {Quotation.OfSentence(exception.Message)}");
        }
        catch (Exception exception) when (exception
            is NetworkDefinitionException or ArgumentException or OverflowException)
        {
            throw new FormatException($"{What} describes a network that cannot exist: {exception.Message}");
        }
    }

    private static EarlyExit? Exit(JsonElement root)
    {
        if (!root.TryGetProperty("earlyExit", out JsonElement element))
        {
            return null;
        }
        var fields = new JsonFields(element, "earlyExit");
        var exit = new EarlyExit
        {
            Confidence = fields.Number("confidence", double.PositiveInfinity),
            MinimumSteps = fields.Integer("leastSteps"),
        };
        fields.CheckAllTaken();
        return exit.Fault() is string fault ? throw new ArgumentException(fault) : exit;
    }

    private static JsonElement Network(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("format", out JsonElement format)
            || format.ValueKind != JsonValueKind.String
            || format.GetString() != ModelFormat.Name
            || !root.TryGetProperty("version", out JsonElement version)
            || version.ValueKind != JsonValueKind.Number
            || !version.TryGetInt32(out int number)
            || number < 1)
        {
            throw new FormatException($"{What} does not start with the format \"{ModelFormat.Name}\" and a version.");
        }
        if (number > ModelFormat.Version)
        {
            throw new FormatException($"{What} has the format version {number}; this version of Microsoft.ML.Spiking " +
                $"reads up to {ModelFormat.Version}. The model was saved by a newer version: update the package.");
        }
        return root.TryGetProperty("network", out JsonElement network)
            ? network
            : throw new FormatException($"{What} has no network.");
    }

    // Apart, so that reading does not wait for the serializer.
    private static class WriteOptions
    {
        public static readonly JsonSerializerOptions Network = new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            MaxDepth = Depth,
            RespectNullableAnnotations = true,
        };
    }
}
