namespace Microsoft.ML.Spiking.Networks.Folding;

/// <summary>
/// y = scale x + shift with constants for each channel: what a batch normalization is at scoring time.
/// </summary>
/// <remarks>In double precision until all that can be folded is folded: one rounding, at the end.</remarks>
/// <param name="Scale">[channels].</param>
/// <param name="Shift">[channels].</param>
internal sealed record ChannelAffine(double[] Scale, double[] Shift)
{
    /// <summary>Gets whether this is the identity, y = x.</summary>
    public bool IsIdentity { get; private init; }

    /// <summary>Gets the identity, y = x.</summary>
    public static ChannelAffine Identity(int channels)
    {
        double[] ones = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            ones[c] = 1;
        }
        return new(ones, new double[channels]) { IsIdentity = true };
    }

    /// <summary>Returns a layer's constants; null if it is not affine at scoring time.</summary>
    /// <param name="layer">Any layer.</param>
    /// <param name="weights">The network's arrays.</param>
    /// <param name="channels">The first length of the shape that arrives.</param>
    public static ChannelAffine? Of(Layer layer, NetworkWeights weights, int channels) => layer switch
    {
        BatchNormLayer norm => OfNorm(weights[norm.WeightName].Values.Span, weights[norm.BiasName].Values.Span,
            weights[norm.MeanName].Values.Span, weights[norm.VarianceName].Values.Span, norm.Epsilon),
        AffineLayer affine => new(Spread(weights[affine.ScaleName].Values.Span, channels),
            Spread(weights[affine.ShiftName].Values.Span, channels)),
        _ => null,
    };

    /// <summary>Returns this map followed by <paramref name="next"/>.</summary>
    public ChannelAffine Then(ChannelAffine next)
    {
        double[] scale = new double[Scale.Length], shift = new double[Scale.Length];
        for (int c = 0; c < scale.Length; c++)
        {
            scale[c] = Scale[c] * next.Scale[c];
            shift[c] = (Shift[c] * next.Scale[c]) + next.Shift[c];
        }
        return new(scale, shift);
    }

    private static ChannelAffine OfNorm(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, ReadOnlySpan<float> mean,
        ReadOnlySpan<float> variance, double epsilon)
    {
        double[] scale = new double[weight.Length], shift = new double[weight.Length];
        for (int c = 0; c < weight.Length; c++)
        {
            scale[c] = weight[c] / Math.Sqrt(variance[c] + epsilon);
            shift[c] = bias[c] - (mean[c] * scale[c]);
        }
        return new(scale, shift);
    }

    private static double[] Spread(ReadOnlySpan<float> values, int channels)
    {
        double[] spread = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            spread[c] = values[values.Length == 1 ? 0 : c];
        }
        return spread;
    }
}
