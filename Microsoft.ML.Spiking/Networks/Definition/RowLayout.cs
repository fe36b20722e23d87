using System.Text.Json.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>The layout of a row's values: the shape of a time step, and how many of them the row has.</summary>
/// <param name="StepShape">[features] or [channels, height, width].</param>
/// <param name="TimeSteps">T; null where the row has no time axis and the encoder makes the steps.</param>
/// <param name="Order">How the values lie before they are read; here the channels come first in any case.</param>
internal sealed record RowLayout(IReadOnlyList<int> StepShape, int? TimeSteps, PixelOrder Order = PixelOrder.Planar)
{
    private const int SeriesRank = 2;
    private const int ImageRank = 3;

    // No image extraction gives more: alpha, red, green and blue.
    private const int MostColors = 4;

    /// <summary>Gets whether the column's two dimensions alone say that there is a time axis.</summary>
    [JsonIgnore]
    public bool IsTimeAxisAssumed { get; init; }

    /// <summary>Returns the layout of a feature column.</summary>
    /// <param name="column">
    /// The column's dimensions. Two of them are [time steps, features], four [time steps, channels, height, width]; a
    /// single time step is none.
    /// </param>
    /// <param name="given">The shape that the user states instead, of one to four lengths; null for none.</param>
    /// <param name="order">The order of images; null for planar, unless that is in doubt.</param>
    /// <exception cref="NetworkDefinitionException">
    /// The given shape contradicts the column, or the order is ambiguous.
    /// </exception>
    public static RowLayout Of(IReadOnlyList<int> column, IReadOnlyList<int>? given, PixelOrder? order = null)
    {
        if (given is not null)
        {
            CheckGiven(column, given);
        }
        IReadOnlyList<int> shape = given ?? column;
        bool isSeries = shape.Count == SeriesRank && (given is not null || shape[0] > 1);
        int? timeSteps = isSeries || shape.Count == ImageRank + 1 ? shape[0] : null;
        IReadOnlyList<int> step = timeSteps is null ? shape : [.. shape.Skip(1)];
        if (step.Count != ImageRank)
        {
            step = [checked((int)Size(step))];
        }
        if (order is null && MayBeInterleaved(step))
        {
            throw new NetworkDefinitionException($"The features have the shape {Text(shape)}, which may be [height, " +
                "width, channels], as of ExtractPixels with interleavePixelColors, or [channels, height, width]; say " +
                $"which it is with the option {nameof(PixelOrder)}. If the rows are a series, say " +
                "so with InputShape, [time steps, features].");
        }
        return order is PixelOrder.Interleaved
            ? new(ChannelsFirst(step), timeSteps, PixelOrder.Interleaved)
            : new(step, timeSteps) { IsTimeAxisAssumed = isSeries && given is null };
    }

    /// <summary>Returns the layout of the rows that a network takes, where the network itself says it.</summary>
    /// <returns>Null where it takes vectors, which may be flattened images.</returns>
    public static RowLayout? Of(NetworkDefinition network) =>
        network.InputShape.Count == ImageRank || network.HasTimeAxis
            ? new(network.InputShape, network.HasTimeAxis ? network.TimeSteps : null, network.PixelOrder)
            : null;

    /// <summary>
    /// Returns whether rows of those two shapes cannot lie in the same order, as far as the shapes tell.
    /// </summary>
    public static bool Contradict(IReadOnlyList<int> one, IReadOnlyList<int> other) =>
        one.Count >= ImageRank && other.Count >= ImageRank ? !one.TakeLast(2).SequenceEqual(other.TakeLast(2))
            : one.Count == SeriesRank && other.Count == SeriesRank && !one.SequenceEqual(other);

    private static void CheckGiven(IReadOnlyList<int> column, IReadOnlyList<int> given)
    {
        if (Size(given) != Size(column))
        {
            throw new NetworkDefinitionException(Invariant($"The input shape {Text(given)} has {Size(given):N0} ") +
                Invariant($"values, but a row of the feature column has {Size(column):N0}; give the shape of the ") +
                "rows as they are, [channels, height, width], [time steps, channels, height, width], " +
                "[time steps, features] or [features].");
        }
        if (Contradict(column, given))
        {
            throw new NetworkDefinitionException($"The input shape {Text(given)} contradicts the feature column, " +
                $"whose shape is {Text(column)}; leave InputShape null. If the column has the channels last, set " +
                $"{nameof(PixelOrder)} to {nameof(PixelOrder.Interleaved)}.");
        }
    }

    private static bool MayBeInterleaved(IReadOnlyList<int> step) =>
        step is [> MostColors, _, <= MostColors];

    private static IReadOnlyList<int> ChannelsFirst(IReadOnlyList<int> step) =>
        step is [int height, int width, int channels] ? [channels, height, width]
        : throw new NetworkDefinitionException($"{nameof(PixelOrder)} is {nameof(PixelOrder.Interleaved)}, but the " +
            $"features have the shape {Text(step)}; say with InputShape which images they are, " +
            "[height, width, channels].");

    private static string Text(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";

    private static long Size(IReadOnlyList<int> shape) =>
        shape.Aggregate(1L, (product, length) => checked(product * length));
}
