using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>
/// Tree-structured Parzen estimators: of the trials so far, the best fifth says where good values lie and the others where bad
/// ones do, each dimension by itself; of some places drawn from the good ones' density, the one is taken where it exceeds the
/// bad ones' most.
/// </summary>
/// <remarks>
/// <para>Source: Bergstra, Bardenet, Bengio and Kégl, "Algorithms for Hyper-Parameter Optimization", NIPS 2011. Gaussian
/// processes were not taken because half of the dimensions here are choices without an order, which a kernel must be invented
/// for; because scores of a few epochs are noisy; and because the estimators need no matrices, no optimizer and no library.</para>
/// </remarks>
internal sealed class ParzenSampler(SweepSpace space, int seed) : ISampler
{
    /// <summary>Trials that are random, because there is too little to learn from.</summary>
    public const int RandomTrials = 10;

    private const double GoodPart = 0.2;
    private const int MostGood = 25;
    private const int Candidates = 24;

    private readonly RandomSampler _random = new(space, seed);

    public SweepPoint Sample(int number, IReadOnlyList<Observation> trials)
    {
        if (trials.Count < RandomTrials)
        {
            return _random.Sample(number, trials);
        }
        Observation[] best = [.. trials.OrderByDescending(trial => trial.Score ?? double.NegativeInfinity)];
        int good = Math.Min(MostGood, (int)Math.Ceiling(GoodPart * best.Length));
        return SweepPoint.At(space, space.Dimensions.Select((dimension, index) => Best(
            dimension, best[..good].Select(trial => trial.Point.Places[index]), best[good..].Select(trial => trial.Point.Places[index]),
            RandomSampler.Stream(seed, number, index))));
    }

    private static double Best(SweepDimension dimension, IEnumerable<double> good, IEnumerable<double> bad, RandomStream random)
    {
        IDensity likely = Density(dimension, good), unlikely = Density(dimension, bad);
        double best = 0, highest = double.NegativeInfinity;
        for (int i = 0; i < Candidates; i++)
        {
            double place = likely.Draw(ref random);
            double gain = Math.Log(likely.At(place)) - Math.Log(unlikely.At(place));
            if (gain > highest)
            {
                (best, highest) = (place, gain);
            }
        }
        return best;
    }

    private static IDensity Density(SweepDimension dimension, IEnumerable<double> places) =>
        dimension.Count is int count ? new ChoiceDensity(count, places) : new RangeDensity(places);
}
