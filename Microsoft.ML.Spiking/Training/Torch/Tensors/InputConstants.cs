using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;


namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>What the network's first layer does to the features: scale x + shift.</summary>
/// <param name="Scale">One for each channel, or one for all.</param>
/// <param name="Shift">As many.</param>
internal sealed record InputConstants(IReadOnlyList<float> Scale, IReadOnlyList<float> Shift)
{
    /// <summary>What measures the training rows for that normalization; null where nothing is to be measured.</summary>
    public static ChannelMoments? Meter(InputNormalization normalization, NetworkDefinition definition) =>
        normalization is ChannelNormalization { IsMeasured: true } && definition.Layers[0] is AffineLayer { Name: AffineLayer.InputName } input
            ? new(definition.HasTimeAxis ? definition.TimeSteps : 1, input.Channels, definition.InputSize)
            : null;

    /// <summary>The constants.</summary>
    /// <param name="normalization">What is wanted.</param>
    /// <param name="rows">What the training rows are like.</param>
    public static InputConstants Of(InputNormalization normalization, RowSummary rows) => normalization switch
    {
        RootMeanSquareNormalization => new([(float)rows.InputScale], [0f]),
        ChannelNormalization { Means: { } means, Deviations: { } deviations } => Of(means, deviations),
        ChannelNormalization => Of(rows.Channels!.Means, rows.Channels.Deviations),
        _ => throw new NotSupportedException($"The input normalization {normalization} is not known."),
    };

    /// <summary>
    /// The feature that these constants bring to exactly 0, of each channel. It is the channel's mean, to the last bit or
    /// its neighbor.
    /// </summary>
    public float[] Zeros() => [.. Scale.Zip(Shift, Zero)];

    // The shift is minus the product that the layer will form, so that the mean becomes exactly 0.
    private static InputConstants Of(IReadOnlyList<double> means, IReadOnlyList<double> deviations)
    {
        float[] scale = [.. deviations.Select(deviation => deviation > 0 ? (float)(1 / deviation) : 1f)];
        return new(scale, [.. scale.Zip(means, (factor, mean) => -(factor * (float)mean) + 0f)]);
    }

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
