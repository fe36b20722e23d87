using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Serialization;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>Everything that decides what a training ends with: only a training that agrees in all of it can be resumed.</summary>
/// <param name="Network">Checksum of the definition.</param>
/// <param name="Initial">Checksum of the weights that training started from; null for those drawn from the seed.</param>
/// <param name="Training">The training rows.</param>
/// <param name="Validation">The validation rows, if any.</param>
/// <param name="Options">The value of each setting that counts.</param>
internal sealed record TrainingIdentity(string Network, string? Initial, DataIdentity Training, DataIdentity? Validation,
    IReadOnlyDictionary<string, string> Options)
{
    /// <summary>
    /// Settings that may change when a training is resumed. Every other one counts, a new one too. Precision counts as the
    /// user chose it: whether a machine's products are in bfloat16 then depends on the machine, as their last bits do.
    /// </summary>
    private static readonly string[] Free =
    [
        nameof(TrainingSettings.Device), nameof(TrainingSettings.CudaDeviceIndex), nameof(TrainingSettings.Threads),
        nameof(TrainingSettings.KeepBestOnCancellation), nameof(TrainingSettings.ReuseNativeMemory),
        nameof(TrainingSettings.IsSeedGiven), nameof(TrainingSettings.ActivationCheckpointing),
        nameof(TrainingSettings.CheckpointFolder), nameof(TrainingSettings.CheckpointEveryBatches),
        nameof(TrainingSettings.CheckpointEveryMinutes), nameof(TrainingSettings.FallsBackToCpu),
        nameof(TrainingSettings.SharesCheckpointFolder),
    ];

    private static readonly JsonSerializerOptions JsonOptions = new() { Converters = { new JsonStringEnumConverter() } };

    public static TrainingIdentity Of(NetworkDefinition network, NetworkWeights? initial, RowFeed train, RowFeed? validation,
        TrainingSettings settings) =>
        new(Convert.ToHexString(SHA256.HashData(DefinitionJson.Write(network))), initial is null ? null : Checksum(initial),
            DataIdentity.Of(train), validation is null ? null : DataIdentity.Of(validation), Values(settings, train));

    /// <summary>What a training that is to be resumed has different now, as the end of a sentence; null for nothing.</summary>
    /// <param name="present">The training that is to go on.</param>
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
        string? data = Training.DifferenceFrom(present.Training, "training")
            ?? (Validation is null
                ? (present.Validation is null ? null : "had no validation data and there is some now")
                : Validation.DifferenceFrom(present.Validation, "validation"));
        return data ?? OtherOptions(present.Options);
    }

    /// <summary>The name of the folder for the checkpoint of a training on these rows.</summary>
    public string FoldName()
    {
        byte[] rows = JsonSerializer.SerializeToUtf8Bytes(new[] { Training, Validation });
        return $"fold-{Convert.ToHexStringLower(SHA256.HashData(rows).AsSpan(0, 8))}";
    }

    private string? OtherOptions(IReadOnlyDictionary<string, string> present)
    {
        string[] others =
        [
            .. Options.Keys.Union(present.Keys).Order(StringComparer.Ordinal)
                .Select(name => (Name: name, Then: Options.GetValueOrDefault(name, "none"), Now: present.GetValueOrDefault(name, "none")))
                .Where(option => option.Then != option.Now)
                .Select(option => $"{option.Name} {option.Then} (now {option.Now})"),
        ];
        return others.Length == 0 ? null : $"had {string.Join(", ", others)}";
    }

    private static Dictionary<string, string> Values(TrainingSettings settings, RowFeed train)
    {
        Dictionary<string, string> values = JsonSerializer.SerializeToElement(settings, JsonOptions).EnumerateObject()
            .Where(property => !Free.Contains(property.Name))
            .ToDictionary(property => property.Name, property => Text(property.Value), StringComparer.Ordinal);
        if (train.Bytes > 0)
        {
            values.Remove(nameof(TrainingSettings.MemoryBudget)); // it decides the order of rows that do not fit, else nothing
        }
        return values;
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "none" : value.ToString();

    private static string Checksum(NetworkWeights weights)
    {
        using var stream = new ChecksumStream(Stream.Null);
        SafetensorsWriter.Write(stream, weights);
        return Convert.ToHexString(stream.Checksum());
    }
}
