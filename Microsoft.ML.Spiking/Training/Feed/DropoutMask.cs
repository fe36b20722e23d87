using System.Numerics;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>The factors of a row's values in a dropout, on the CPU.</summary>
internal static class DropoutMask
{
    /// <summary>Draws the factors, which depend on nothing but the arguments.</summary>
    /// <param name="factors">Takes 0 with the probability of the rate, else 1 / (1 - rate).</param>
    /// <param name="rate">From 0, below 1.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="layer">The layer's place in the network, from 0.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="row">The row's position in the epoch.</param>
    public static void Draw(Span<float> factors, double rate, int seed, int layer, int epoch, long row)
    {
        new RandomStream(seed, RandomPurpose.Dropout, layer, epoch, row).FillUniform(factors);
        float threshold = (float)rate, kept = (float)(1 / (1 - rate));
        int i = 0;
        for (; i <= factors.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var drawn = new Vector<float>(factors[i..]);
            Vector.ConditionalSelect(Vector.LessThan(drawn, new Vector<float>(threshold)), Vector<float>.Zero,
                new Vector<float>(kept)).CopyTo(factors[i..]);
        }
        for (; i < factors.Length; i++)
        {
            factors[i] = factors[i] < threshold ? 0f : kept;
        }
    }
}
