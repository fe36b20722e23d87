using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Serialization;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>
/// The identity of a training: everything that decides its outcome. Only a training of the same identity can be
/// resumed.
/// </summary>
/// <param name="Network">Checksum of the definition.</param>
/// <param name="Initial">Checksum of the initial weights; null for those drawn from the seed.</param>
/// <param name="Training">The training rows.</param>
/// <param name="Validation">The validation rows, if any.</param>
/// <param name="Options">The value of each setting that counts.</param>
internal sealed record TrainingIdentity(
    string Network, string? Initial, DataIdentity Training, DataIdentity? Validation,
    IReadOnlyDictionary<string, string> Options)
{
    /// <summary>
    /// Settings that may change when a training is resumed. All others count, including new ones. Precision counts as
    /// the user chose it: whether a machine's products are in bfloat16 then depends on the machine, as their last bits
    /// do.
    /// </summary>
    private static readonly string[] Free =
    [
        nameof(TrainingSettings.Device), nameof(TrainingSettings.CudaDeviceIndex), nameof(TrainingSettings.Threads),
        nameof(TrainingSettings.KeepBestOnCancellation), nameof(TrainingSettings.ReuseNativeMemory),
        nameof(TrainingSettings.IsSeedGiven), nameof(TrainingSettings.ActivationCheckpointing),
        nameof(TrainingSettings.CheckpointFolder), nameof(TrainingSettings.CheckpointEveryBatches),
        nameof(TrainingSettings.CheckpointEveryMinutes), nameof(TrainingSettings.FallsBackToCpu),
        nameof(TrainingSettings.SharesCheckpointFolder), nameof(TrainingSettings.Clock),
        // Replicas counts instead of these,
        nameof(TrainingSettings.CudaDevices), nameof(TrainingSettings.CpuReplicas), nameof(TrainingSettings.Ranks),
        nameof(TrainingSettings.ReplicaCount), nameof(TrainingSettings.LocalReplicas),
        nameof(TrainingSettings.RowsPerReplica),
        // TeacherIdentity instead of the teacher, and the rows instead of what they decide.
        nameof(TrainingSettings.Teacher), nameof(TrainingSettings.Population),
    ];

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutFree } },
    };

    /// <summary>
    /// Gets whether rows are taken as their values that are not zero, which makes other steps of the optimizer; null
    /// for no, as it is in the checkpoints of versions without this property.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? TakesSparseRows { get; init; }

    public static TrainingIdentity Of(
        NetworkDefinition network, NetworkWeights? initial, RowFeed train, RowFeed? validation,
        TrainingSettings settings) =>
        new(Convert.ToHexString(SHA256.HashData(DefinitionJson.Write(network))),
            initial is null ? null : Checksum(initial),
            DataIdentity.Of(train), validation is null ? null : DataIdentity.Of(validation), Values(settings, train));

    /// <summary>
    /// Returns how this identity, of a checkpoint, differs from another, as the end of a sentence; null if it does not.
    /// </summary>
    /// <param name="present">The identity of the training that is to be resumed.</param>
    public string? DifferenceFrom(TrainingIdentity present)
    {
        if (Network != present.Network)
        {
            return "is of another network";
        }
        if (Initial != present.Initial)
        {
            return "started from other weights";
        }
        return RowsDifference(present) ?? OtherOptions(present.Options) ?? SparseDifference(present);
    }

    /// <summary>Returns how the rows of this identity differ from those of another; null if they do not.</summary>
    /// <param name="present">The identity of the training that is to be resumed.</param>
    public string? RowsDifference(TrainingIdentity present) => Training.DifferenceFrom(present.Training, "training")
        ?? (Validation is not null ? Validation.DifferenceFrom(present.Validation, "validation")
            : present.Validation is null ? null
            : "had no validation data and there is some now");

    /// <summary>
    /// Returns the name of the folder for the checkpoint of a training on these rows: a function of their number,
    /// labels and weights, which do not depend on the processor.
    /// </summary>
    public string FoldName()
    {
        var rows = new[] { Training, Validation }.OfType<DataIdentity>()
            .Select(data => new { data.Rows, data.Sketch.Targets });
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(rows);
        return $"fold-{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}";
    }

    private string? SparseDifference(TrainingIdentity present) => (TakesSparseRows, present.TakesSparseRows) switch
    {
        (not true, true) => "took the rows with all their zeros and would now take their other values alone, with " +
            "other steps of the optimizer",
        (true, not true) => "took the rows' values that are not zero alone and would now take them all, with other " +
            "steps of the optimizer",
        _ => null,
    };

    private string? OtherOptions(IReadOnlyDictionary<string, string> present)
    {
        string[] others =
        [
            .. Options.Keys.Union(present.Keys).Order(StringComparer.Ordinal)
                .Select(name => (Name: name,
                    Then: Options.GetValueOrDefault(name, "none"), Now: present.GetValueOrDefault(name, "none")))
                .Where(option => option.Then != option.Now)
                .Select(option => $"{option.Name} {option.Then} (now {option.Now})"),
        ];
        return others.Length == 0 ? null : $"had {string.Join(", ", others)}";
    }

    private static Dictionary<string, string> Values(TrainingSettings settings, RowFeed train)
    {
        Dictionary<string, string> values = JsonSerializer.SerializeToElement(settings, JsonOptions).EnumerateObject()
            .ToDictionary(property => property.Name, property => Text(property.Value), StringComparer.Ordinal);
        if (train.Bytes > 0)
        {
            // It decides nothing but the order of rows that do not fit.
            values.Remove(nameof(TrainingSettings.MemoryBudget));
        }
        return values;
    }

    /// <summary>Keeps free settings, some of which have no form in JSON, out of the serialization.</summary>
    private static void LeaveOutFree(JsonTypeInfo type)
    {
        if (type.Type == typeof(TrainingSettings))
        {
            foreach (JsonPropertyInfo free in type.Properties.Where(property => Free.Contains(property.Name)).ToArray())
            {
                type.Properties.Remove(free);
            }
        }
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "none" : value.ToString();

    private static string Checksum(NetworkWeights weights)
    {
        using var stream = new ChecksumStream(Stream.Null);
        SafetensorsWriter.Write(stream, weights);
        return Convert.ToHexString(stream.Checksum());
    }
}

/// <summary>The identity of a set of rows.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Features">Values in a row.</param>
/// <param name="Sketch">Tells rows of other values, labels or weights apart, and rows in another order.</param>
internal sealed record DataIdentity(long Rows, int Features, [property: JsonRequired] DataSketch Sketch)
{
    public static DataIdentity Of(RowFeed rows) => new(rows.Summary.Rows, rows.FeatureCount, rows.Summary.Sketch);

    /// <summary>
    /// Returns how this, read from a checkpoint, differs from the rows that are there now; null if it does not.
    /// </summary>
    /// <param name="present">The rows now; null for none.</param>
    /// <param name="name">"training" or "validation".</param>
    public string? DifferenceFrom(DataIdentity? present, string name) =>
        present is null ? $"had {name} data and there is none now"
        : (Rows, Features) != (present.Rows, present.Features) ? string.Create(CultureInfo.InvariantCulture,
            $"had {Rows} {name} rows of {Features} features and there are {present.Rows} of {present.Features} now")
        : Sketch.Targets != present.Sketch.Targets
            ? $"had as many {name} rows, but with other labels or weights, or in another order"
        : !Sketch.HasFeaturesOf(present.Sketch)
            ? $"had as many {name} rows, but with other values, by more than rounding on another processor explains"
        : null;
}
