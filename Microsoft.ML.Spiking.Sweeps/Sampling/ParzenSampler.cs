using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>
/// Parzen estimators: of the trials so far, the best tenth says where good values lie and the others where bad ones do; of some
/// points drawn from the good ones' density, the one is taken where it exceeds the bad ones' most.
/// </summary>
/// <remarks>
/// <para>Source: Bergstra, Bardenet, Bengio and Kégl, "Algorithms for Hyper-Parameter Optimization", NIPS 2011; densities over
/// all dimensions at once as in Falkner, Klein and Hutter, "BOHB", ICML 2018. With successive halving, who came farther counts as
/// better, whatever the score: all trials are used, and scores of different epochs are not compared.</para>
/// <para>Gaussian processes were not taken because half of the dimensions here are choices without an order, which a kernel
/// must be invented for; because scores of a few epochs are noisy; and because the estimators need no matrices, no optimizer
/// and no library.</para>
/// </remarks>
internal sealed class ParzenSampler(SweepSpace space, int seed) : ISampler
{
    /// <summary>Trials that are random, because there is too little to learn from.</summary>
    public const int RandomTrials = 10;

    private const double GoodPart = 0.1;
    private const int MostGood = 25;
    private const int Candidates = 24;

    private readonly RandomSampler _random = new(space, seed);

    public SweepPoint Sample(int number, IReadOnlyList<Observation> trials)
    {
        if (trials.Count < RandomTrials)
        {
            return _random.Sample(number, trials);
        }
        Observation[] best =
        [
            .. trials.OrderBy(trial => trial.Score is null)
                .ThenByDescending(trial => trial.Epochs)
                .ThenByDescending(trial => trial.Score),
        ];
        int count = Math.Min(MostGood, (int)Math.Ceiling(GoodPart * best.Length));
        var good = new ParzenDensity(space, best[..count].Select(trial => trial.Point.Places));
        var bad = new ParzenDensity(space, best[count..].Select(trial => trial.Point.Places));
        RandomStream random = RandomSampler.Stream(seed, number, dimension: 0);
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
