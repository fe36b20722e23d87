using System.Numerics.Tensors;

namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>
/// Blends of an image with a degraded version of itself: factor x image + (1 - factor) x that version, clamped to
/// between black, 0, and white. A factor of 1 changes nothing, 0 gives the degraded version, and more than 1 moves away
/// from it.
/// </summary>
internal static class Blending
{
    private const int SmoothingCenter = 5;
    private const int SmoothingSum = SmoothingCenter + 8;

    // The luminance of red, green and blue: ITU-R BT.601.
    private static readonly float[] Brightness3 = [0.299f, 0.587f, 0.114f];
    private static readonly float[] Brightness1 = [1f];

    /// <summary>Blends with black.</summary>
    public static void Brightness(Span<float> image, float factor, float white)
    {
        TensorPrimitives.Multiply(image, factor, image);
        Clamp(image, white);
    }

    /// <summary>Blends with the mean brightness.</summary>
    /// <param name="image">One frame, [channels, height, width].</param>
    /// <param name="images">Its layout.</param>
    /// <param name="factor">The factor of the image.</param>
    /// <param name="white">The brightest value.</param>
    public static void Contrast(Span<float> image, in ImageLayout images, float factor, float white)
    {
        float mean = 0;
        for (int channel = 0; channel < images.Channels; channel++)
        {
            float sum = TensorPrimitives.Sum<float>(Plane(image, images, channel));
            mean += Weights(images)[channel] * sum / images.PlaneSize;
        }
        TensorPrimitives.Multiply(image, factor, image);
        TensorPrimitives.Add(image, (1 - factor) * mean, image);
        Clamp(image, white);
    }

    /// <summary>Blends with the grayscale image.</summary>
    /// <param name="image">One frame, [channels, height, width].</param>
    /// <param name="images">Its layout.</param>
    /// <param name="factor">The factor of the image.</param>
    /// <param name="white">The brightest value.</param>
    /// <param name="scratch">At least a plane.</param>
    public static void Color(Span<float> image, in ImageLayout images, float factor, float white, Span<float> scratch)
    {
        Span<float> gray = scratch[..images.PlaneSize];
        gray.Clear();
        for (int channel = 0; channel < images.Channels; channel++)
        {
            TensorPrimitives.MultiplyAdd(Plane(image, images, channel), Weights(images)[channel], gray, gray);
        }
        for (int channel = 0; channel < images.Channels; channel++)
        {
            Mix(Plane(image, images, channel), gray, factor);
        }
        Clamp(image, white);
    }

    /// <summary>
    /// Blends with a smoothed image: the mean of each pixel, five times, and its eight neighbors. Pixels at the edge,
    /// which lack neighbors, do not change.
    /// </summary>
    /// <param name="image">One frame, [channels, height, width].</param>
    /// <param name="images">Its layout.</param>
    /// <param name="factor">The factor of the image.</param>
    /// <param name="white">The brightest value.</param>
    /// <param name="scratch">At least a plane.</param>
    public static void Sharpness(
        Span<float> image, in ImageLayout images, float factor, float white, Span<float> scratch)
    {
        Span<float> smooth = scratch[..images.PlaneSize];
        for (int channel = 0; channel < images.Channels; channel++)
        {
            Span<float> plane = Plane(image, images, channel);
            Smooth(plane, images, smooth);
            Mix(plane, smooth, factor);
        }
        Clamp(image, white);
    }

    private static void Smooth(ReadOnlySpan<float> plane, in ImageLayout images, Span<float> smooth)
    {
        plane.CopyTo(smooth);
        int width = images.Width, inner = width - 2;
        if (inner < 1)
        {
            return;
        }
        for (int y = 1; y < images.Height - 1; y++)
        {
            Span<float> line = smooth.Slice((y * width) + 1, inner);
            TensorPrimitives.Multiply(line, SmoothingCenter - 1, line); // the center is among the nine below
            for (int neighbor = 0; neighbor < 9; neighbor++)
            {
                int start = ((y + (neighbor / 3) - 1) * width) + (neighbor % 3);
                TensorPrimitives.Add(line, plane.Slice(start, inner), line);
            }
            TensorPrimitives.Divide(line, SmoothingSum, line);
        }
    }

    private static void Mix(Span<float> plane, ReadOnlySpan<float> other, float factor)
    {
        // other + factor (plane - other)
        TensorPrimitives.Subtract(plane, other, plane);
        TensorPrimitives.MultiplyAdd(plane, factor, other, plane);
    }

    private static void Clamp(Span<float> image, float white)
    {
        TensorPrimitives.Max(image, 0, image);
        TensorPrimitives.Min(image, white, image);
    }

    private static float[] Weights(in ImageLayout images) => images.Channels == 3 ? Brightness3 : Brightness1;

    private static Span<float> Plane(Span<float> image, in ImageLayout images, int channel) =>
        image.Slice(channel * images.PlaneSize, images.PlaneSize);
}
