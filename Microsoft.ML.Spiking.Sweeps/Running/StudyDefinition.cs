using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>What all workers of a sweep must agree in, and what a sweep must have been begun with to go on. Budgets are not part of it.</summary>
internal sealed record StudyDefinition
{
    private const string Absent = "none";

    public required SweepMetric Metric { get; init; }

    public required int Seed { get; init; }

    /// <summary>How long a trial is trained.</summary>
    public required int Epochs { get; init; }

    public required SweepSampler Sampler { get; init; }

    public required bool StartsWithTrainer { get; init; }

    public required HalvingDefinition? Halving { get; init; }

    /// <summary>What is varied, as <see cref="SweepSpace"/> says it.</summary>
    public required JsonObject Space { get; init; }

    /// <summary>For each fold, what a training with the trainer's own options would be.</summary>
    public required IReadOnlyList<TrainingIdentity> Trainings { get; init; }

    public string Write() => JsonSerializer.Serialize(this);

    /// <exception cref="JsonException">It is no definition.</exception>
    public static StudyDefinition Read(string json) => JsonSerializer.Deserialize<StudyDefinition>(json)
        ?? throw new JsonException("There is no definition.");

    /// <summary>What a sweep that is to go on has different now, as the end of a sentence; null for nothing.</summary>
    /// <param name="present">The sweep that is to go on.</param>
    public string? DifferenceFrom(StudyDefinition present)
    {
        (string Name, object? Then, object? Now)[] values =
        [
            (nameof(Metric), Metric, present.Metric),
            (nameof(Seed), Seed, present.Seed),
            ("epochs of a trial", Epochs, present.Epochs),
            (nameof(Sampler), Sampler, present.Sampler),
            (nameof(StartsWithTrainer), StartsWithTrainer, present.StartsWithTrainer),
            (nameof(Halving), Halving, present.Halving),
            ("folds", Trainings.Count, present.Trainings.Count),
            .. Space.Select(of => of.Key).Union(present.Space.Select(of => of.Key))
                .Select(name => ($"{nameof(Space)}.{name}", (object?)Space[name]?.ToJsonString(), (object?)present.Space[name]?.ToJsonString())),
        ];
        string[] others =
        [
            .. values.Where(value => !Equals(value.Then, value.Now))
                .Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Name} {value.Then ?? Absent} (now {value.Now ?? Absent})")),
        ];
        return others.Length > 0
            ? $"had {string.Join(", ", others)}"
            : Trainings.Zip(present.Trainings, (then, now) => then.DifferenceFrom(now)).FirstOrDefault(difference => difference is not null);
    }
}

/// <summary>Successive halving as a study's definition stores it. The names in JSON are those of the first version.</summary>
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
