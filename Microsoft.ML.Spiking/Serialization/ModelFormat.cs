namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// The names and versions of what a saved network consists of: its definition as JSON and its weights in the
/// safetensors layout. The definition is the source of truth; the weights must fit it.
/// </summary>
internal static class ModelFormat
{
    /// <summary>What the JSON document calls itself.</summary>
    public const string Name = "Microsoft.ML.Spiking.Network";

    /// <summary>
    /// The version that is written, and the newest that is read. It grows when an older reader would misunderstand a
    /// document; a new layer or neuron needs no new version, because readers name the types that they do not know.
    /// </summary>
    public const int Version = 1;

    /// <summary>The zip entry of the definition.</summary>
    public const string DefinitionEntry = "Network.json";

    /// <summary>The zip entry of the weights.</summary>
    public const string WeightsEntry = "Weights.safetensors";

    /// <summary>Longest definition, and longest safetensors header, that is read: 64 MiB.</summary>
    public const int LargestHeader = 64 << 20;
}
