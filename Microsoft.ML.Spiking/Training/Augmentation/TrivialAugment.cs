using System.Numerics.Tensors;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>
/// A change of an image, drawn from the fourteen of TrivialAugment's wide space: the kind and one of 31 strengths, each
/// equally likely, and a sign where the kind has one.
/// </summary>
/// <remarks>Source: Müller and Hutter, "TrivialAugment", ICCV 2021, arXiv 2103.10158, table "wide".</remarks>
/// <param name="Change">The kind of change.</param>
/// <param name="Strength">From 0, which mostly means no change, to 1; from -1 where the change has a sign.</param>
internal readonly record struct TrivialAugment(ImageChange Change, double Strength)
{
    private const int Steps = 31;
    private const double LargestShear = 0.99;
    private const double LargestMove = 32;
    private const double LargestAngle = 135;
    private const double LargestMix = 0.99;
    private const int DroppedBits = 6;

    private static readonly int Changes = Enum.GetValues<ImageChange>().Length;

    /// <summary>Draws the change of a row.</summary>
    public static TrivialAugment Draw(RandomStream random)
    {
        var change = (ImageChange)random.NextInt32(Changes);
        double strength = random.NextInt32(Steps) / (Steps - 1.0);
        bool hasSign = change is not (ImageChange.Identity or ImageChange.Posterize or ImageChange.Solarize
            or ImageChange.AutoContrast or ImageChange.Equalize);
        return new(change, hasSign && random.NextInt32(2) == 1 ? -strength : strength);
    }

    /// <summary>Returns the value of white in rows: 255, or 1 where no value is larger.</summary>
    /// <exception cref="InvalidOperationException">The values are not those of pixels.</exception>
    public static float WhiteOf(ReadOnlySpan<float> features)
    {
        float least = TensorPrimitives.Min(features), most = TensorPrimitives.Max(features);
        return least >= 0 && most <= byte.MaxValue
            ? (most > 1 ? byte.MaxValue : 1)
            : throw new InvalidOperationException(FormattableString.Invariant(
                $"The augmentation TrivialAugment needs pixels from 0 to 255 or from 0 to 1, but a batch has values ") +
                FormattableString.Invariant($"from {least} to {most}; leave the normalization to the option ") +
                "InputNormalization, which comes after it.");
    }

    /// <summary>Changes a row, all its frames in the same way.</summary>
    /// <param name="row">Values from 0 to white.</param>
    /// <param name="images">Its layout, with 1 or 3 channels.</param>
    /// <param name="white">The brightest value.</param>
    /// <param name="scratch">At least a plane.</param>
    /// <param name="sources">At least a plane.</param>
    public void Apply(Span<float> row, in ImageLayout images, float white, Span<float> scratch, Span<int> sources)
    {
        switch (Change)
        {
            case ImageChange.Identity:
                return;
            case ImageChange.Posterize:
                GrayLevels.Posterize(row, 8 - (int)Math.Round(DroppedBits * Strength), white);
                return;
            case ImageChange.Solarize:
                GrayLevels.Solarize(row, (float)((1 - Strength) * white), white);
                return;
            case ImageChange.Brightness:
                Blending.Brightness(row, Factor, white);
                return;
            case ImageChange.AutoContrast or ImageChange.Equalize:
                ApplyToPlanes(row, images, white);
                return;
            case ImageChange.Color or ImageChange.Contrast or ImageChange.Sharpness:
                ApplyToFrames(row, images, white, scratch);
                return;
            default:
                Warp(images).Apply(row, images, scratch, sources);
                return;
        }
    }

    private float Factor => (float)(1 + (LargestMix * Strength));

    private void ApplyToPlanes(Span<float> row, in ImageLayout images, float white)
    {
        for (int plane = 0; plane < images.Planes; plane++)
        {
            Span<float> pixels = row.Slice(plane * images.PlaneSize, images.PlaneSize);
            if (Change == ImageChange.Equalize)
            {
                GrayLevels.Equalize(pixels, white);
            }
            else
            {
                GrayLevels.AutoContrast(pixels, white);
            }
        }
    }

    private void ApplyToFrames(Span<float> row, in ImageLayout images, float white, Span<float> scratch)
    {
        int size = images.Channels * images.PlaneSize;
        for (int start = 0; start < row.Length; start += size)
        {
            Span<float> frame = row.Slice(start, size);
            switch (Change)
            {
                case ImageChange.Color:
                    Blending.Color(frame, images, Factor, white, scratch);
                    break;
                case ImageChange.Contrast:
                    Blending.Contrast(frame, images, Factor, white);
                    break;
                default:
                    Blending.Sharpness(frame, images, Factor, white, scratch);
                    break;
            }
        }
    }

    private AffineWarp Warp(in ImageLayout images) => Change switch
    {
        ImageChange.ShearX => AffineWarp.ShearX(LargestShear * Strength),
        ImageChange.ShearY => AffineWarp.ShearY(LargestShear * Strength),
        ImageChange.TranslateX => AffineWarp.Translate((int)(LargestMove * Strength), 0),
        ImageChange.TranslateY => AffineWarp.Translate(0, (int)(LargestMove * Strength)),
        ImageChange.Rotate => AffineWarp.Rotate(LargestAngle * Strength, images),
        _ => throw new InvalidOperationException($"{Change} moves no pixels."),
    };
}

/// <summary>The changes of <see cref="TrivialAugment"/>.</summary>
/// <remarks>Their order is part of what makes a seed repeatable.</remarks>
internal enum ImageChange
{
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
}
