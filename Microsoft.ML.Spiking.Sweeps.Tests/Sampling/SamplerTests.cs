using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Sweeps.Sampling;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Sampling;

[TestClass]
public sealed class SamplerTests
{
    private static readonly SweepSpace Space = SweepSpace.Empty
        .Range("LearningRate", 1e-4, 1, logarithmic: true)
        .Range("Dropout", 0, 0.5)
        .Choice("Network", "1", "2", "3", "4");

    [TestMethod]
    public void Sample_SameSeedAndHistory_GivesTheSame()
    {
        foreach (ISampler sampler in new ISampler[] { new RandomSampler(Space, 3), new ParzenSampler(Space, 3) })
        {
            List<Observation> history = Play(new RandomSampler(Space, 9), 15);
            string first = sampler.Sample(16, history).Write(Space);
            Assert.AreEqual(first, sampler.Sample(16, history).Write(Space));
            Assert.AreNotEqual(first, sampler.Sample(17, history).Write(Space));
        }
    }

    [TestMethod]
    public void Sample_FewTrials_AreRandom() => Assert.AreEqual(
        new RandomSampler(Space, 3).Sample(5, []).Write(Space),
        new ParzenSampler(Space, 3).Sample(5, Play(new RandomSampler(Space, 9), 9)).Write(Space));

    /// <summary>How far the best of 40 stays below the top, in the mean of 20 seeds.</summary>
    [TestMethod]
    public void Sample_ParzenOnAHill_ComesMuchNearerThanRandom()
    {
        double random = 0, parzen = 0;
        for (int seed = 1; seed <= 20; seed++)
        {
            random += Play(new RandomSampler(Space, seed), 40).Max(trial => trial.Score!.Value);
            parzen += Play(new ParzenSampler(Space, seed), 40).Max(trial => trial.Score!.Value);
        }
        Assert.IsLessThan(0.65 * -random, -parzen, $"random {random}, Parzen {parzen}");
    }

    [TestMethod]
    public void Sample_TrialsThatFailed_AreAvoided()
    {
        List<Observation> history =
        [
            .. Play(new RandomSampler(Space, 3), 60)
                .Select(trial => trial with { Score = trial.Point.Places[0] > 0.5 ? null : trial.Score }),
        ];
        var sampler = new ParzenSampler(Space, 3);
        int high = Enumerable.Range(61, 40).Count(number => sampler.Sample(number, history).Places[0] > 0.5);
        Assert.IsLessThan(8, high);
    }

    [TestMethod]
    public void RangeDensity_Anywhere_IntegratesToOneAndIsDrawnFrom()
    {
        var density = new RangeDensity([0.2, 0.21, 0.9]);
        const int Steps = 1_000;
        double mass = 0, low = 0;
        for (int i = 0; i < Steps; i++)
        {
            double place = (i + 0.5) / Steps;
            mass += density.At(place) / Steps;
            low += place < 0.4 ? density.At(place) / Steps : 0;
        }
        Assert.AreEqual(1, mass, 1e-3);
        var random = new RandomStream(1, RandomPurpose.Sweeping);
        int drawn = 0;
        for (int i = 0; i < 20_000; i++)
        {
            double place = density.Draw(ref random);
            Assert.IsTrue(place is >= 0 and <= 1);
            drawn += place < 0.4 ? 1 : 0;
        }
        Assert.AreEqual(low, drawn / 20_000.0, 0.02);
    }

    [TestMethod]
    public void ChoiceDensity_Counts_AreItsShares()
    {
        var density = new ChoiceDensity(4, [0, 0, 0, 2]);
        Assert.AreEqual(3.25 / 5, density.At(0), 1e-12);
        Assert.AreEqual(0.25 / 5, density.At(1), 1e-12);
        var random = new RandomStream(1, RandomPurpose.Sweeping);
        int[] drawn = new int[4];
        for (int i = 0; i < 20_000; i++)
        {
            drawn[(int)density.Draw(ref random)]++;
        }
        Assert.AreEqual(density.At(0), drawn[0] / 20_000.0, 0.02);
        Assert.AreEqual(density.At(3), drawn[3] / 20_000.0, 0.02);
    }

    /// <summary>Trials on a hill whose top is at 0.7, 0.2 and the third choice.</summary>
    private static List<Observation> Play(ISampler sampler, int trials)
    {
        var history = new List<Observation>();
        for (int number = 1; number <= trials; number++)
        {
            SweepPoint point = sampler.Sample(number, history);
            double[] places = [.. point.Places];
            double score = -Math.Abs(places[0] - 0.7) - Math.Abs(places[1] - 0.2) - (places[2] == 2 ? 0 : 0.3);
            history.Add(new(point, score));
        }
        return history;
    }
}
