using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Subtracts from each channel its mean and divides by its standard deviation: a channel of images [channels, height,
/// width], or each feature of a vector. Both are given, or both are measured over all training rows, as they are before
/// any augmentation; the measured deviation of a channel that is the same everywhere counts as 1.
/// </summary>
/// <example><code>InputNormalization = new ChannelNormalization { Means = [0.49, 0.48, 0.45], Deviations = [0.2, 0.2, 0.2] }</code></example>
public sealed record ChannelNormalization : InputNormalization
{
    /// <summary>
    /// The mean of each channel, finite, in the units of the features; null (the default) to measure.
    /// </summary>
    public IReadOnlyList<double>? Means { get; init => field = value is null ? null : [.. value]; }

    /// <summary>
    /// The standard deviation of each channel, finite, greater than 0; null (the default) to measure.
    /// </summary>
    public IReadOnlyList<double>? Deviations { get; init => field = value is null ? null : [.. value]; }

    /// <summary>Whether the values come from the training rows.</summary>
    [JsonIgnore]
    internal bool IsMeasured => Means is null;

    /// <inheritdoc/>
    public bool Equals(ChannelNormalization? other) =>
        other is not null && AreEqual(Means, other.Means) && AreEqual(Deviations, other.Deviations);

    /// <inheritdoc/>
    public override int GetHashCode() => (Means ?? []).Concat(Deviations ?? []).Aggregate(17, HashCode.Combine);

    internal override IEnumerable<string> Faults()
    {
        if (Means?.Count != Deviations?.Count)
        {
            yield return $"{nameof(ChannelNormalization)} has {Count(Means)} {nameof(Means)} and {Count(Deviations)} " +
                $"{nameof(Deviations)}; give one of each for every channel, or neither to measure both.";
        }
        if (Means is { Count: 0 } || Means?.All(double.IsFinite) == false)
        {
            yield return $"{nameof(ChannelNormalization)}.{nameof(Means)} is [{string.Join(", ", Means)}]; " +
                "it needs one finite number for each channel.";
        }
        if (Deviations?.All(value => value > 0 && double.IsFinite(value)) == false)
        {
            yield return $"{nameof(ChannelNormalization)}.{nameof(Deviations)} is [{string.Join(", ", Deviations)}]; " +
                "every deviation must be finite and greater than 0.";
        }
    }

    internal override int PairsFor(IReadOnlyList<int> shape) => Means is null || Means.Count == shape[0]
        ? shape[0]
        : throw new NetworkDefinitionException($"{nameof(ChannelNormalization)} has means for {Means.Count} channels, but the " +
            $"features have the shape [{string.Join(", ", shape)}], the channels first; where they are images of another " +
            "shape, say so with the options' InputShape, as in [3, 32, 32].");

    private static bool AreEqual(IReadOnlyList<double>? one, IReadOnlyList<double>? other) =>
        one is null ? other is null : other is not null && one.SequenceEqual(other);

    private static string Count(IReadOnlyList<double>? values) => values is null ? "no" : $"{values.Count}";
}
