namespace Microsoft.ML.Spiking.Networks.Folding;

/// <summary>
/// The layers at a network's end that are affine: the mean over time of their outputs is their output for the mean, so
/// that they need to run but once.
/// </summary>
internal static class LinearTail
{
    /// <summary>Returns the index of the first of them; the number of layers where there is none.</summary>
    public static int Start(IReadOnlyList<Layer> layers)
    {
        int start = layers.Count;
        while (start > 0 && IsAffine(layers[start - 1]))
        {
            start--;
        }
        return start;
    }

    private static bool IsAffine(Layer layer) =>
        layer is LinearLayer or ConvolutionLayer or BatchNormLayer or AffineLayer
            or AveragePoolLayer or AdaptiveAveragePoolLayer or FlattenLayer or DropoutLayer ||
        (layer is ResidualLayer residual && residual.Inner.All(IsAffine));
}
