using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>Anywhere in the space, every place equally likely.</summary>
internal sealed class RandomSampler(SweepSpace space, int seed) : ISampler
{
    public SweepPoint Sample(int number, IReadOnlyList<Observation> trials) =>
        SweepPoint.At(space, space.Dimensions.Select((dimension, index) => Place(dimension, Stream(seed, number, index))));

    /// <summary>The random numbers of a dimension of a trial.</summary>
    public static RandomStream Stream(int seed, int number, int dimension) =>
        new(seed, RandomPurpose.Sweeping, channel: dimension, item: number);

    private static double Place(SweepDimension dimension, RandomStream random) =>
        dimension.Count is int count ? random.NextInt32(count) : random.NextDouble();
}
