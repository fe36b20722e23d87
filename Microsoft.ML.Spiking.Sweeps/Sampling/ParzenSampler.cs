using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>
/// Parzen estimators: the best tenth of the trials so far gives the density of good values, the others that of bad
/// ones; of several points drawn from the good density, the one is chosen at which it exceeds the bad density most.
/// </summary>
/// <remarks>
/// <para>Source: Bergstra, Bardenet, Bengio and Kégl, "Algorithms for Hyper-Parameter Optimization", NIPS 2011;
/// densities over all dimensions at once as in Falkner, Klein and Hutter, "BOHB", ICML 2018. With successive halving, a
/// trial that came farther counts as better, whatever its score: all trials are used, and scores of different epochs
/// are not compared.</para>
/// <para>Gaussian processes were not chosen because half of the dimensions here are choices without an order, for which
/// a covariance would have to be invented; because scores of a few epochs are noisy; and because the estimators need no
/// matrices, no optimizer and no library.</para>
/// </remarks>
internal sealed class ParzenSampler(SweepSpace space, int seed) : ISampler
{
    /// <summary>The number of random trials, before there is enough to learn from.</summary>
    public const int RandomTrials = 10;

    private const double GoodFraction = 0.1;
    private const int MaximumGood = 25;
    private const int Candidates = 24;

    private readonly RandomSampler _random = new(space, seed);

    public SweepPoint Sample(int number, IReadOnlyList<Observation> trials, int attempt = 0)
    {
        if (trials.Count < RandomTrials)
        {
            return _random.Sample(number, trials, attempt);
        }
        Observation[] best =
        [
            .. trials.OrderBy(trial => trial.Score is null)
                .ThenByDescending(trial => trial.Epochs)
                .ThenByDescending(trial => trial.Score),
        ];
        int count = Math.Min(MaximumGood, (int)Math.Ceiling(GoodFraction * best.Length));
        var good = new ParzenDensity(space, best[..count].Select(trial => trial.Point.Places));
        var bad = new ParzenDensity(space, best[count..].Select(trial => trial.Point.Places));
        RandomStream random = RandomSampler.Stream(seed, number, dimension: 0, attempt);
        double[]? winner = null;
        double highest = double.NegativeInfinity;
        for (int i = 0; i < Candidates; i++)
        {
            double[] candidate = good.Draw(ref random);
            double gain = good.LogAt(candidate) - bad.LogAt(candidate);
            if (winner is null || gain > highest)
            {
                (winner, highest) = (candidate, gain);
            }
        }
        return SweepPoint.At(space, winner!);
    }
}
