namespace Microsoft.ML.Spiking;

/// <summary>
/// Standardizes the features of vectors one by one, and divides images by one number: the default. All constants are
/// measured in double precision over the training rows, before any augmentation, and saved with the model.
/// </summary>
/// <remarks>
/// <para>Vectors [features], and series [time steps, features] over all their steps: each feature becomes
/// (x - center) / spread. The center is the mean, or 0 for a feature that is 0 in at least half of the rows, so that
/// the zeros of sparse vectors stay zeros. The spread is the root mean square of x - center. Rare values are not blown
/// up: of a feature that is mostly 0 the spread is that which a feature with values of the same size in a quarter of
/// the rows would have, and every spread is at least a tenth of the largest magnitude of x - center. A feature that is
/// the same in all training rows becomes 0 everywhere. One factor for all features then makes the mean square of all
/// values 1; it is 1 itself where no spread was raised and no feature is constant.</para>
/// <para>Images [channels, height, width], and frames of them: all pixels are divided by their root mean square, as by
/// <see cref="RootMeanSquareNormalization"/>.</para>
/// </remarks>
public sealed record FeatureNormalization : InputNormalization
{
    /// <summary>The largest magnitude of a feature in the training rows, in units of its spread.</summary>
    internal const double LargestValue = 10;

    /// <summary>The share of rows with a value, other than 0, as which a smaller share counts.</summary>
    internal const double LeastShare = 0.25;

    internal override int PairsFor(IReadOnlyList<int> shape) => shape.Count == 1 ? shape[0] : 1;
}
