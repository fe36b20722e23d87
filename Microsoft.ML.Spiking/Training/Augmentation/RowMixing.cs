using System.Numerics.Tensors;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>
/// The mixing of each row of a batch with the row before it, of the first with the last: mixup where there is no box,
/// else cutmix.
/// </summary>
/// <param name="Share">The share of a row that stays its own.</param>
/// <param name="Box">The rectangle taken from the other row; null to blend all values.</param>
internal readonly record struct RowMixing(double Share, Box? Box)
{
    /// <summary>Draws the mixing of a batch.</summary>
    /// <param name="random">The random numbers.</param>
    /// <param name="recipe">A recipe with mixup, cutmix or both.</param>
    /// <param name="images">The rows' layout.</param>
    public static RowMixing Draw(RandomStream random, ImageAugmentation recipe, in ImageLayout images)
    {
        bool isCutmix = recipe.MixupAlpha == 0 || (recipe.CutmixAlpha > 0 && random.NextInt32(2) == 1);
        double share = BetaDistribution.Next(ref random, isCutmix ? recipe.CutmixAlpha : recipe.MixupAlpha);
        if (!isCutmix)
        {
            return new(share, null);
        }
        // Half lengths are rounded down and the box is clipped; the share is computed from the result.
        double side = 0.5 * Math.Sqrt(1 - share);
        int height = (int)(side * images.Height), width = (int)(side * images.Width);
        int centerX = random.NextInt32(images.Width), centerY = random.NextInt32(images.Height);
        Box box = Augmentation.Box.Within(images, centerY - height, centerX - width, 2 * height, 2 * width);
        return new(1 - ((double)box.Area / images.PlaneSize), box);
    }

    /// <summary>Mixes the rows in place.</summary>
    /// <param name="features">[rows, features].</param>
    /// <param name="images">The rows' layout.</param>
    /// <param name="scratch">At least a row.</param>
    public void Apply(Span<float> features, in ImageLayout images, Span<float> scratch)
    {
        ImageLayout layout = images;
        RowMixing mixing = this;
        RowOrder.ForEach(
            features, layout.RowSize, scratch, (before, row, _) => mixing.Mix(before, row, layout));
    }

    private void Mix(ReadOnlySpan<float> before, Span<float> row, in ImageLayout images)
    {
        if (Box is Box box)
        {
            BoxPlanes.Copy(before, row, images, box);
            return;
        }
        float share = (float)Share;
        TensorPrimitives.Multiply(row, share, row);
        TensorPrimitives.MultiplyAdd(before, 1 - share, row, row);
    }
}
