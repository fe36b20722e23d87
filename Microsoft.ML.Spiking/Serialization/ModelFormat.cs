using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// The names, versions and sizes of the parts of a saved network: its definition as JSON and its weights in the
/// safetensors layout. The definition is the source of truth; the weights must fit it.
/// </summary>
internal static class ModelFormat
{
    /// <summary>The name of the format in the JSON document.</summary>
    public const string Name = "Microsoft.ML.Spiking.Network";

    /// <summary>
    /// The newest version that is read. It grows when an older reader would misunderstand a document; a new layer or
    /// neuron needs no new version, because readers name the types that they do not know. Written is the oldest version
    /// whose readers understand the model: 1; 2 where weights are int8; 3 where rows may be decided before the last
    /// time step.
    /// </summary>
    public const int Version = 3;

    /// <summary>The version of models with weights that are not all float32.</summary>
    public const int CompactVersion = 2;

    /// <summary>The version of models whose weights are all float32.</summary>
    public const int Float32Version = 1;

    /// <summary>The signature of the trained network in ML.NET's zip.</summary>
    public const string ModelSignature = "SPKMODEL";

    /// <summary>The signature of the transformer in ML.NET's zip.</summary>
    public const string TransformerSignature = "SPKPRED ";

    /// <summary>The signature of the transformer for two classes in ML.NET's zip.</summary>
    public const string BinaryTransformerSignature = "SPKBINPR";

    /// <summary>The version of the transformers since which they keep checksums of schema and column names.</summary>
    public const uint VersionWithChecksums = 0x00010002;

    /// <summary>The zip entry of the definition.</summary>
    public const string DefinitionEntry = "Network.json";

    /// <summary>The zip entry of the weights.</summary>
    public const string WeightsEntry = "Weights.safetensors";

    /// <summary>The zip entry of the training schema, in ML.NET's binary format.</summary>
    public const string SchemaEntry = "TrainSchema";

    /// <summary>Longest definition that is read: 4 MiB, which 4,096 layers do not reach.</summary>
    public const int LargestDefinition = 4 << 20;

    /// <summary>
    /// Longest safetensors header that is read: 16 MiB, for checkpoints hold each array several times.
    /// </summary>
    public const int LargestHeader = 16 << 20;

    /// <summary>Returns the longest training schema that is read, in bytes.</summary>
    /// <remarks>
    /// The key values of the label are text as a rule: 4 KiB for each class and 1 MiB for all else, 256 MiB at most.
    /// </remarks>
    public static int LargestSchema(int classCount) =>
        (int)Math.Min(256L << 20, (1L << 20) + ((4L << 10) * classCount));

    /// <summary>Returns the version that a reader of these arrays must know.</summary>
    public static int VersionOf(IEnumerable<WeightArray> arrays) =>
        arrays.All(array => array.Precision == WeightPrecision.Float32) ? Float32Version : CompactVersion;

    /// <summary>Returns the fault of an entry whose checksum is not the one that was written.</summary>
    public static FormatException Changed(string entry) =>
        new($"The model's entry '{entry}' was changed or damaged after it was written.");
}
