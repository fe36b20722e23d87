using System.Numerics.Tensors;

namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>
/// Changes of the single values of a plane, which are from 0 to white; where levels are counted, there are 256.
/// </summary>
internal static class GrayLevels
{
    private const int Levels = 256;
    private const int Brightest = Levels - 1;

    /// <summary>Drops the lower bits of each level.</summary>
    /// <param name="values">Any number.</param>
    /// <param name="bits">Number of the 8 bits that are kept.</param>
    /// <param name="white">The brightest value.</param>
    public static void Posterize(Span<float> values, int bits, float white)
    {
        int mask = Brightest << (8 - bits) & Brightest;
        foreach (ref float value in values)
        {
            value = (Level(value, white) & mask) * white / Brightest;
        }
    }

    /// <summary>Inverts values that are at least as bright as the threshold.</summary>
    /// <param name="values">Any number.</param>
    /// <param name="threshold">From 0 to white.</param>
    /// <param name="white">The brightest value.</param>
    public static void Solarize(Span<float> values, float threshold, float white)
    {
        foreach (ref float value in values)
        {
            value = value >= threshold ? white - value : value;
        }
    }

    /// <summary>Stretches a plane so that its darkest value becomes 0 and its brightest white.</summary>
    public static void AutoContrast(Span<float> plane, float white)
    {
        float least = TensorPrimitives.Min<float>(plane), most = TensorPrimitives.Max<float>(plane);
        if (most > least)
        {
            TensorPrimitives.Subtract(plane, least, plane);
            TensorPrimitives.Multiply(plane, white / (most - least), plane);
        }
    }

    /// <summary>
    /// Equalizes a plane's histogram, so that about equally many pixels have each level. The pixels of the brightest
    /// level do not count towards that number; where it is 0, the plane does not change.
    /// </summary>
    public static void Equalize(Span<float> plane, float white)
    {
        Span<int> counts = stackalloc int[Levels];
        counts.Clear();
        foreach (float value in plane)
        {
            counts[Level(value, white)]++;
        }
        int perLevel = (plane.Length - counts[counts.LastIndexOfAnyExcept(0)]) / Brightest;
        if (perLevel == 0)
        {
            return;
        }
        Span<float> become = stackalloc float[Levels];
        for (int level = 0, below = perLevel / 2; level < Levels; below += counts[level++])
        {
            become[level] = Math.Min(below / perLevel, Brightest) * white / Brightest;
        }
        foreach (ref float value in plane)
        {
            value = become[Level(value, white)];
        }
    }

    private static int Level(float value, float white) =>
        Math.Clamp((int)MathF.Round(value * Brightest / white), 0, Brightest);
}
