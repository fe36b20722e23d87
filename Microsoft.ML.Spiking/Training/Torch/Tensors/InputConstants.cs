using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>The constants of the network's first layer, scale x + shift, which normalizes the features.</summary>
/// <param name="Scale">One for each channel, or one for all.</param>
/// <param name="Shift">As many.</param>
internal sealed record InputConstants(IReadOnlyList<float> Scale, IReadOnlyList<float> Shift)
{
    // Times any feature that is not beyond reason it is finite.
    private const double LargestScale = 1e38;

    /// <summary>
    /// Returns the meter of the training rows for that normalization; null where nothing is measured by channel.
    /// </summary>
    public static ChannelMoments? Meter(InputNormalization normalization, NetworkDefinition definition) =>
        normalization is ChannelNormalization { IsMeasured: true } or FeatureNormalization
            && definition.Layers[0] is AffineLayer { Name: AffineLayer.InputName } input
            && (normalization is ChannelNormalization || definition.InputShape is [int size] && size == input.Channels)
            ? new(definition.HasTimeAxis ? definition.TimeSteps : 1, input.Channels, definition.InputSize)
            : null;

    /// <summary>Returns the constants.</summary>
    /// <param name="normalization">The normalization to set up.</param>
    /// <param name="rows">The summary of the training rows.</param>
    public static InputConstants Of(InputNormalization normalization, RowSummary rows) => normalization switch
    {
        ChannelNormalization { IsMeasured: false } given => Of(given),
        ChannelNormalization => Of(rows.Channels!.Means, rows.Channels.Deviations),
        FeatureNormalization when rows.Channels is { } features => Standardized(features),
        FeatureNormalization or RootMeanSquareNormalization => new([Scaling(rows.InputScale)], [0f]),
        _ => throw new NotSupportedException($"The input normalization {normalization} is not known."),
    };

    /// <summary>Returns the constants of channels whose means and deviations are given.</summary>
    public static InputConstants Of(ChannelNormalization given) => Of(given.Means!, given.StandardDeviations!);

    /// <summary>
    /// Returns, for each channel, the feature that these constants bring to exactly 0. It is the channel's mean, to the
    /// last bit or its neighbor.
    /// </summary>
    public float[] Zeros() => [.. Scale.Zip(Shift, Zero)];

    private static InputConstants Of(IReadOnlyList<double> means, IReadOnlyList<double> deviations)
    {
        float[] scale = [.. deviations.Select(deviation => deviation > 0 ? Scaling(1 / deviation) : 1f)];
        return new(scale, [.. scale.Zip(means, Shifting)]);
    }

    /// <summary>
    /// Standardizes each feature separately; the rules are those of <see cref="FeatureNormalization"/>.
    /// </summary>
    private static InputConstants Standardized(ChannelStatistics features)
    {
        int count = features.Means.Length;
        double[] centers = new double[count], scales = new double[count];
        double total = 0;
        for (int i = 0; i < count; i++)
        {
            if (features.Lowest[i] == features.Highest[i])
            {
                continue; // the same in all rows: scale and shift 0
            }
            double mean = features.Means[i], deviation = features.Deviations[i];
            centers[i] = features.ZeroShares[i] >= 0.5 ? 0 : mean;
            double square = (deviation * deviation) + ((mean - centers[i]) * (mean - centers[i]));
            double peak = Math.Max(features.Highest[i] - centers[i], centers[i] - features.Lowest[i]);
            double share = 1 - features.ZeroShares[i];
            double spread = share > 0.5 ? Math.Sqrt(square)
                : Math.Sqrt(square / share * Math.Max(share, FeatureNormalization.LeastShare));
            scales[i] = 1 / Math.Max(spread, peak / FeatureNormalization.LargestValue);
            total += square * scales[i] * scales[i];
        }
        double factor = total > 0 ? Math.Sqrt(count / total) : 1;
        float[] scale = [.. scales.Select(value => Scaling(value * factor))];
        return new(scale, [.. scale.Zip(centers, Shifting)]);
    }

    private static float Scaling(double scale) => (float)Math.Min(scale, LargestScale);

    // Minus the product that the layer will form, so that the mean becomes exactly 0.
    private static float Shifting(float scale, double mean) => -(scale * (float)mean) + 0f;

    private static float Zero(float scale, float shift)
    {
        if (shift == 0)
        {
            return 0;
        }
        float near = -shift / scale;
        float[] candidates = [near, MathF.BitIncrement(near), MathF.BitDecrement(near)];
        return candidates.MinBy(value => MathF.Abs((value * scale) + shift));
    }
}
