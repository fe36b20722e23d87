using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>The changes of one row of event frames by <see cref="EventAugmentation"/>, all but the mixing.</summary>
internal static class EventChanges
{
    /// <summary>Changes a row in place.</summary>
    /// <param name="row">The row.</param>
    /// <param name="images">Its layout.</param>
    /// <param name="recipe">The changes.</param>
    /// <param name="random">The row's random numbers.</param>
    /// <param name="scratch">At least a row.</param>
    /// <param name="sources">At least a plane.</param>
    public static void Apply(Span<float> row, in ImageLayout images, EventAugmentation recipe, RandomStream random,
        Span<float> scratch, Span<int> sources)
    {
        if (recipe.VerticalFlip && random.NextInt32(2) == 1)
        {
            FlipVertically(row, images);
        }
        if (recipe.PolarityFlip && random.NextInt32(2) == 1)
        {
            ExchangePolarities(row, images);
        }
        if (recipe.TimeReversal && random.NextInt32(2) == 1)
        {
            ReverseTime(row, images);
        }
        Move(row, images, recipe, ref random, scratch, sources);
        if (recipe.Drop)
        {
            EventDrop.Apply(row, images, ref random);
        }
    }

    /// <summary>Turns all planes upside down.</summary>
    public static void FlipVertically(Span<float> row, in ImageLayout images)
    {
        for (int plane = 0; plane < images.Planes; plane++)
        {
            Span<float> pixels = row.Slice(plane * images.PlaneSize, images.PlaneSize);
            for (int y = 0; y < images.Height / 2; y++)
            {
                Exchange(pixels.Slice(y * images.Width, images.Width),
                    pixels.Slice((images.Height - 1 - y) * images.Width, images.Width));
            }
        }
    }

    /// <summary>Exchanges the two channels; does nothing where there are not two.</summary>
    public static void ExchangePolarities(Span<float> row, in ImageLayout images)
    {
        int size = images.PlaneSize;
        for (int plane = 0; images.Channels == 2 && plane < images.Planes; plane += 2)
        {
            Exchange(row.Slice(plane * size, size), row.Slice((plane + 1) * size, size));
        }
    }

    /// <summary>Reverses the order of the steps and exchanges the polarities.</summary>
    public static void ReverseTime(Span<float> row, in ImageLayout images)
    {
        int size = images.Channels * images.PlaneSize;
        for (int step = 0; step < images.Frames / 2; step++)
        {
            Exchange(row.Slice(step * size, size), row.Slice((images.Frames - 1 - step) * size, size));
        }
        ExchangePolarities(row, images);
    }

    /// <summary>Moves all planes down and to the right; what leaves on one side comes back on the other.</summary>
    public static void Roll(Span<float> row, in ImageLayout images, int down, int right, Span<float> scratch)
    {
        int height = images.Height, width = images.Width;
        right = ((right % width) + width) % width;
        for (int plane = 0; plane < images.Planes; plane++)
        {
            Span<float> pixels = row.Slice(plane * images.PlaneSize, images.PlaneSize);
            pixels.CopyTo(scratch);
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<float> source = scratch.Slice(y * width, width);
                Span<float> line = pixels.Slice((((y + down) % height) + height) % height * width, width);
                source[..(width - right)].CopyTo(line[right..]);
                source[(width - right)..].CopyTo(line);
            }
        }
    }

    private static void Move(Span<float> row, in ImageLayout images, EventAugmentation recipe,
        ref RandomStream random, Span<float> scratch, Span<int> sources)
    {
        // What is drawn does not depend on what was drawn before, so that a row's numbers are always the same.
        int down = random.NextInt32((2 * recipe.Roll) + 1) - recipe.Roll;
        int right = random.NextInt32((2 * recipe.Roll) + 1) - recipe.Roll;
        double angle = ((2 * random.NextDouble()) - 1) * recipe.Rotation;
        double tilt = ((2 * random.NextDouble()) - 1) * recipe.Shear;
        bool isAlwaysRolled = recipe.Geometry == EventGeometry.RollThenOneOf;
        Span<bool> wanted = [isAlwaysRolled, !isAlwaysRolled && recipe.Roll > 0, recipe.Rotation > 0, recipe.Shear > 0];
        int kinds = wanted.Count(true);
        int choice = kinds == 0 ? 0 : random.NextInt32(kinds);
        int kind = 0;
        for (; kind < wanted.Length && (!wanted[kind] || choice-- > 0); kind++)
        {
        }
        if (isAlwaysRolled || kind == 1)
        {
            Roll(row, images, down, right, scratch);
        }
        if (kind == 2)
        {
            AffineWarp.Rotate(angle, images).Apply(row, images, scratch, sources);
        }
        else if (kind == 3)
        {
            AffineWarp.TiltX(tilt, images).Apply(row, images, scratch, sources);
        }
    }

    private static void Exchange(Span<float> one, Span<float> other)
    {
        for (int i = 0; i < one.Length; i++)
        {
            (one[i], other[i]) = (other[i], one[i]);
        }
    }
}
