using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Ranks;

/// <summary>The agreement of ranks before they train.</summary>
internal static class RankAgreement
{
    /// <summary>
    /// Returns the settings that hold on all ranks: the seed is that of rank 0 where the user gave none, and the memory
    /// for rows is that of the rank that has least.
    /// </summary>
    public static TrainingSettings Settle(RankGroup ranks, TrainingSettings settings)
    {
        var own = new Resources(settings.Seed, settings.MemoryBudget);
        Resources[] all = [.. ranks.Gather(JsonSerializer.SerializeToUtf8Bytes(own))
            .Select(bytes => JsonSerializer.Deserialize<Resources>(bytes)!)];
        return settings with
        {
            Seed = settings.IsSeedGiven ? settings.Seed : all[0].Seed,
            MemoryBudget = all.Min(resources => resources.MemoryBudget),
        };
    }

    /// <summary>Refuses, on all ranks, to train where they would train different networks.</summary>
    /// <exception cref="RankRefusalException">A rank has other data or options than rank 0.</exception>
    public static void Check(RankGroup ranks, TrainingIdentity identity)
    {
        TrainingIdentity[] all = [.. ranks.Gather(JsonSerializer.SerializeToUtf8Bytes(identity))
            .Select(bytes => JsonSerializer.Deserialize<TrainingIdentity>(bytes)!)];
        for (int rank = 1; rank < all.Length; rank++)
        {
            if (Difference(all[rank], all[0]) is string difference)
            {
                throw new RankRefusalException(string.Create(CultureInfo.InvariantCulture,
                    $"The {all.Length} ranks cannot train one network: rank {rank} {difference}. ") +
                    "Start the same program with the same options and data on every rank.");
            }
        }
    }

    private static string? Difference(TrainingIdentity other, TrainingIdentity first)
    {
        if (other.Network != first.Network)
        {
            return "has another network than rank 0 (its layers, neurons, time steps, encoder, input or classes)";
        }
        if (other.Initial != first.Initial)
        {
            return "starts from other weights than rank 0";
        }
        return Difference(other.Training, first.Training, "training")
            ?? Difference(other.Validation, first.Validation, "validation")
            ?? Options(other.Options, first.Options);
    }

    private static string? Difference(DataIdentity? other, DataIdentity? first, string name) => (other, first) switch
    {
        (null, null) => null,
        (null, _) => $"has no {name} data and rank 0 has some",
        (_, null) => $"has {name} data and rank 0 has none",
        _ when (other.Rows, other.Features) != (first.Rows, first.Features) => string.Create(
            CultureInfo.InvariantCulture, $"has {other.Rows} {name} rows of {other.Features} features and rank 0 ") +
            string.Create(CultureInfo.InvariantCulture, $"has {first.Rows} of {first.Features}"),
        _ when other.Sketch.Targets != first.Sketch.Targets =>
            $"has as many {name} rows as rank 0, but with other labels or weights, or in another order",
        _ when !first.Sketch.HasFeaturesOf(other.Sketch) =>
            $"has as many {name} rows as rank 0, but with other values",
        _ => null,
    };

    private static string? Options(
        IReadOnlyDictionary<string, string> other, IReadOnlyDictionary<string, string> first)
    {
        string[] differences =
        [
            .. other.Keys.Union(first.Keys).Order(StringComparer.Ordinal)
                .Select(name => (Name: name,
                    Other: other.GetValueOrDefault(name, "none"), First: first.GetValueOrDefault(name, "none")))
                .Where(option => option.Other != option.First)
                .Select(option => $"{option.Name} {option.Other} (rank 0: {option.First})"),
        ];
        return differences.Length == 0 ? null : $"has {string.Join(", ", differences)}";
    }

    private sealed record Resources(int Seed, long MemoryBudget);
}

/// <summary>The refusal of a training that all ranks have agreed on: none waits for another.</summary>
internal sealed class RankRefusalException(string message) : InvalidOperationException(message);
