using System.Globalization;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Subtracts from each channel its mean and divides by its standard deviation: a channel of images [channels, height,
/// width], or each feature of a vector. Both are given, or both are measured over all training rows, as they are before
/// any augmentation; the measured deviation of a channel that is the same everywhere counts as 1.
/// </summary>
/// <example><code>
/// InputNormalization = new ChannelNormalization
/// {
///     Means = [0.49, 0.48, 0.45],
///     StandardDeviations = [0.2, 0.2, 0.2],
/// }
/// </code></example>
public sealed record ChannelNormalization : InputNormalization
{
    /// <summary>
    /// Gets the mean of each channel, finite, in the features' units; null (the default) to measure it.
    /// </summary>
    public IReadOnlyList<double>? Means { get; init => field = value is null ? null : [.. value]; }

    /// <summary>
    /// Gets the standard deviation of each channel, greater than 0; null (the default) to measure it.
    /// </summary>
    [JsonPropertyName("Deviations")] // in checkpoints
    public IReadOnlyList<double>? StandardDeviations { get; init => field = value is null ? null : [.. value]; }

    /// <summary>Gets whether the values come from the training rows.</summary>
    [JsonIgnore]
    internal bool IsMeasured => Means is null;

    /// <inheritdoc/>
    public bool Equals(ChannelNormalization? other) =>
        other is not null && AreEqual(Means, other.Means) && AreEqual(StandardDeviations, other.StandardDeviations);

    /// <inheritdoc/>
    public override int GetHashCode() => (Means ?? []).Concat(StandardDeviations ?? []).Aggregate(17, HashCode.Combine);

    internal override IEnumerable<string> Faults()
    {
        if (Means?.Count != StandardDeviations?.Count)
        {
            yield return $"{nameof(ChannelNormalization)} has {Count(Means)} {nameof(Means)} and " +
                $"{Count(StandardDeviations)} {nameof(StandardDeviations)}; give one of each for every channel, or " +
                "neither to measure both.";
        }
        if (Means is { Count: 0 } || Means?.All(value => float.IsFinite((float)value)) == false)
        {
            yield return $"{nameof(ChannelNormalization)}.{nameof(Means)} is [{List(Means)}]; " +
                "it needs one number for each channel, finite in single precision.";
        }
        if (StandardDeviations?.All(value => IsPositive(value) && IsPositive(1 / value)) == false)
        {
            yield return $"{nameof(ChannelNormalization)}.{nameof(StandardDeviations)} is " +
                $"[{List(StandardDeviations)}]; every deviation must be greater than 0, and finite in single " +
                "precision as its inverse must be.";
        }
    }

    internal override int PairsFor(IReadOnlyList<int> shape) => Means is null || Means.Count == shape[0]
        ? shape[0]
        : throw new NetworkDefinitionException($"{nameof(ChannelNormalization)} has means for {Means.Count} " +
            $"channels, but the features have the shape [{string.Join(", ", shape)}], the channels first; where they " +
            "are images of another shape, say so with the options' InputShape, as in [3, 32, 32].");

    private static bool AreEqual(IReadOnlyList<double>? one, IReadOnlyList<double>? other) =>
        one is null ? other is null : other is not null && one.SequenceEqual(other);

    private static bool IsPositive(double value) => (float)value is > 0 and < float.PositiveInfinity;

    private static string List(IEnumerable<double> values) =>
        string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    private static string Count(IReadOnlyList<double>? values) => values is null ? "no" : $"{values.Count}";
}
