using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// The settings in which all workers of a sweep must agree, and with which a sweep must have been begun to go on.
/// Budgets are not part of it.
/// </summary>
internal sealed record StudyDefinition
{
    /// <summary>
    /// The version in which rows are held out and values chosen: 1 split rows at random and could repeat values.
    /// </summary>
    public const int CurrentVersion = 2;

    private const string Absent = "none";

    public int Version { get; init; } = 1;

    public required SweepMetric Metric { get; init; }

    public required int Seed { get; init; }

    /// <summary>Gets the number of epochs for which a trial is trained.</summary>
    public required int Epochs { get; init; }

    public required SweepSampler Sampler { get; init; }

    public required bool StartsWithTrainer { get; init; }

    public required HalvingDefinition? Halving { get; init; }

    /// <summary>Gets the varied options, as <see cref="SweepSpace"/> describes it.</summary>
    public required JsonObject Space { get; init; }

    /// <summary>Gets, for each fold, the identity of a training with the trainer's own options.</summary>
    public required IReadOnlyList<TrainingIdentity> Trainings { get; init; }

    public string Write() => JsonSerializer.Serialize(this);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is damaged, or another version wrote it.</exception>
    public static StudyDefinition Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<StudyDefinition>(json) ?? throw new JsonException("It is empty.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException)
        {
            throw new FormatException($"its definition cannot be read, because it is damaged or another version of " +
                $"Microsoft.ML.Spiking.Sweeps began it ({exception.Message})", exception);
        }
    }

    /// <summary>
    /// Returns how a stored sweep differs from the present one, as the end of a sentence; null if it does not.
    /// </summary>
    /// <param name="present">The sweep that is to go on.</param>
    public string? DifferenceFrom(StudyDefinition present)
    {
        if (Version != present.Version)
        {
            return "was begun by another version of Microsoft.ML.Spiking.Sweeps, which holds out other rows";
        }
        (string Name, object? Then, object? Now)[] values =
        [
            (nameof(Metric), Metric, present.Metric),
            (nameof(Seed), Seed, present.Seed),
            ("epochs of a trial", Epochs, present.Epochs),
            (nameof(Sampler), Sampler, present.Sampler),
            (nameof(StartsWithTrainer), StartsWithTrainer, present.StartsWithTrainer),
            (nameof(Halving), Halving, present.Halving),
            ("folds", Trainings.Count, present.Trainings.Count),
            .. Space.Select(of => of.Key).Union(present.Space.Select(of => of.Key)).Select(name =>
                ($"{nameof(Space)}.{name}", (object?)Space[name]?.ToJsonString(),
                    (object?)present.Space[name]?.ToJsonString())),
        ];
        string[] others =
        [
            .. values.Where(value => !Equals(value.Then, value.Now))
                .Select(value => string.Create(CultureInfo.InvariantCulture,
                $"{value.Name} {value.Then ?? Absent} (now {value.Now ?? Absent})")),
        ];
        return others.Length > 0
            ? $"had {string.Join(", ", others)}"
            : Trainings.Zip(present.Trainings, (then, now) => then.DifferenceFrom(now))
                .FirstOrDefault(difference => difference is not null);
    }
}

/// <summary>
/// Successive halving as a sweep's definition stores it. The names in JSON are those of the first version.
/// </summary>
internal sealed record HalvingDefinition
{
    public required int ReductionFactor { get; init; }

    [JsonPropertyName("LeastEpochs")]
    public required int MinimumEpochs { get; init; }

    public static HalvingDefinition? Of(SuccessiveHalving? halving) => halving is null ? null : new()
    {
        ReductionFactor = halving.ReductionFactor,
        MinimumEpochs = halving.MinimumEpochs,
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"1 of {ReductionFactor} from epoch {MinimumEpochs}");
}
