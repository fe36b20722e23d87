namespace Microsoft.ML.Spiking;

/// <summary>
/// Standardizes the features of vectors one by one, and divides images by one number: the default. All constants are
/// measured in double precision over the training rows, before any augmentation, and saved with the model.
/// </summary>
/// <remarks>
/// <para>Vectors [features], and series [time steps, features] over all their steps: each feature becomes
/// (x - center) / spread. The center is the mean, or 0 for a feature that is 0 in at least half of the rows, so that
/// the zeros of sparse vectors stay zeros. The spread is the root mean square of x - center, but at least a tenth of
/// its largest magnitude, so that a value which is rare (a pixel at the border of digits, an outlier) is not blown up.
/// One factor for all features then makes the mean square of all values 1; it is 1 itself where no spread was raised
/// and no feature is constant. A feature that is the same in all training rows becomes 0 everywhere.</para>
/// <para>Images [channels, height, width], and frames of them: all pixels are divided by their root mean square, as by
/// <see cref="RootMeanSquareNormalization"/>.</para>
/// </remarks>
public sealed record FeatureNormalization : InputNormalization
{
    /// <summary>The largest magnitude of a feature in the training rows, in units of its spread.</summary>
    internal const double LargestValue = 10;

    internal override int PairsFor(IReadOnlyList<int> shape) => shape.Count == 1 ? shape[0] : 1;
}
