using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>Chooses the values of trials, as a function of its seed and the arguments alone.</summary>
internal interface ISampler
{
    /// <summary>Returns values for a trial.</summary>
    /// <param name="number">The trial's number, from 1.</param>
    /// <param name="trials">Other trials about which something is known, by number.</param>
    /// <param name="attempt">From 0; another one gives other values, where the first cannot be used.</param>
    SweepPoint Sample(int number, IReadOnlyList<Observation> trials, int attempt = 0);
}

/// <summary>A trial about which something is known.</summary>
/// <param name="Point">Its values.</param>
/// <param name="Epochs">How far it came; a trial that came farther was better than those that stayed behind.</param>
/// <param name="Score">
/// Its score after so many epochs; higher is better; null for a failure, which is worse than any score.
/// </param>
internal sealed record Observation(SweepPoint Point, int Epochs, double? Score);

/// <summary>Samples the whole space, every place equally likely.</summary>
internal sealed class RandomSampler(SweepSpace space, int seed) : ISampler
{
    public SweepPoint Sample(int number, IReadOnlyList<Observation> trials, int attempt = 0) => SweepPoint.At(space,
        space.Dimensions.Select((dimension, index) => Place(dimension, Stream(seed, number, index, attempt))));

    /// <summary>Returns the random numbers of a dimension of a trial.</summary>
    public static RandomStream Stream(int seed, int number, int dimension, int attempt) =>
        new(seed, RandomPurpose.Sweeping, channel: dimension, epoch: attempt, item: number);

    private static double Place(SweepDimension dimension, RandomStream random) =>
        dimension.Count is int count ? random.NextInt32(count) : random.NextDouble();
}
