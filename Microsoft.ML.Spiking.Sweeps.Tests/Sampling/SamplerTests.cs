using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Sweeps.Sampling;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Sampling;

[TestClass]
public sealed class SamplerTests
{
    private static readonly SweepSpace Space = SweepSpace.Empty
        .Range("LearningRate", 1e-4, 1, isLogarithmic: true)
        .Range("Dropout", 0, 0.5)
        .Choice("Network", "1", "2", "3", "4");

    [TestMethod]
    public void Sample_SameSeedAndHistory_GivesTheSame()
    {
        foreach (ISampler sampler in new ISampler[] { new RandomSampler(Space, 3), new ParzenSampler(Space, 3) })
        {
            List<Observation> history = Play(new RandomSampler(Space, 9), 15);
            string first = sampler.Sample(16, history).Write();
            Assert.AreEqual(first, sampler.Sample(16, history).Write());
            Assert.AreNotEqual(first, sampler.Sample(17, history).Write());
        }
    }

    [TestMethod]
    public void Sample_FewTrials_AreRandom() => Assert.AreEqual(
        new RandomSampler(Space, 3).Sample(5, []).Write(),
        new ParzenSampler(Space, 3).Sample(5, Play(new RandomSampler(Space, 9), 9)).Write());

    /// <summary>The distance of the best of 40 from the maximum, averaged over 20 seeds.</summary>
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
    public void Sample_TrialThatCameFarther_CountsAsBetter()
    {
        // Trials with a high rate were good at first and then fell behind.
        List<Observation> history =
        [
            .. Play(new RandomSampler(Space, 3), 60).Select(trial => trial.Point.Places[0] > 0.5
                ? trial with { Epochs = 1, Score = 1 }
                : trial with { Epochs = 9, Score = trial.Score - 5 }),
        ];
        var sampler = new ParzenSampler(Space, 3);
        int high = Enumerable.Range(61, 40).Count(number => sampler.Sample(number, history).Places[0] > 0.5);
        Assert.IsLessThan(8, high);
    }

    [TestMethod]
    public void RangeDensity_AnyCenter_IntegratesToOneAndIsDrawnFrom()
    {
        var density = new RangeDensity(0.2);
        var random = new RandomStream(1, RandomPurpose.Sweeping);
        foreach (double center in new[] { 0.0, 0.3, 0.95 })
        {
            const int Steps = 1_000;
            double mass = 0, low = 0;
            for (int i = 0; i < Steps; i++)
            {
                double place = (i + 0.5) / Steps;
                mass += density.At(place, center) / Steps;
                low += place < 0.4 ? density.At(place, center) / Steps : 0;
            }
            Assert.AreEqual(1, mass, 1e-3);
            int drawn = 0;
            for (int i = 0; i < 10_000; i++)
            {
                double place = density.Draw(center, ref random);
                Assert.IsTrue(place is >= 0 and <= 1);
                drawn += place < 0.4 ? 1 : 0;
            }
            Assert.AreEqual(low, drawn / 10_000.0, 0.02);
        }
    }

    [TestMethod]
    public void ChoiceDensity_ItsValue_IsMostOfIt()
    {
        var density = new ChoiceDensity(4);
        Assert.AreEqual(1, Enumerable.Range(0, 4).Sum(place => density.At(place, 2)), 1e-12);
        var random = new RandomStream(1, RandomPurpose.Sweeping);
        int[] drawn = new int[4];
        for (int i = 0; i < 20_000; i++)
        {
            drawn[(int)density.Draw(2, ref random)]++;
        }
        for (int place = 0; place < 4; place++)
        {
            Assert.AreEqual(density.At(place, 2), drawn[place] / 20_000.0, 0.02);
        }
    }

    [TestMethod]
    public void LogAt_FarFromEveryPoint_IsThatOfTheWholeSpace()
    {
        var density = new ParzenDensity(Space, [[0.0, 0.0, 0.0], [0.1, 0.0, 0.0]]);
        Assert.AreEqual(Math.Log(0.25 / 3), density.LogAt([1.0, 1.0, 3.0]), 1e-3);
        Assert.IsGreaterThan(density.LogAt([1.0, 1.0, 3.0]) + 3, density.LogAt([0.0, 0.0, 0.0]));
    }

    /// <summary>
    /// By hand: the whole space, and one point with a normal distribution of 0.2 between 0 and 1 and a choice of four.
    /// </summary>
    [TestMethod]
    public void LogAt_OnePoint_IsTheMeanOfItsKernelsProductAndTheWholeSpace()
    {
        SweepSpace space = SweepSpace.Empty.Range("Dropout", 0, 0.5).Choice("Network", "1", "2", "3", "4");
        var density = new ParzenDensity(space, [[0.5, 1.0]]);
        const double Inside = 0.9875807; // of a normal distribution within 2.5 deviations
        double bell = Math.Exp(-0.5 * 1.5 * 1.5) / (0.2 * Math.Sqrt(2 * Math.PI) * Inside);
        Assert.AreEqual(Math.Log((0.25 + (bell * 0.8125)) / 2), density.LogAt([0.8, 1.0]), 1e-5);
        Assert.AreEqual(Math.Log((0.25 + (bell * 0.0625)) / 2), density.LogAt([0.8, 3.0]), 1e-5);
    }

    /// <summary>Trials on a hill with its maximum at 0.7, 0.2 and the third choice.</summary>
    private static List<Observation> Play(ISampler sampler, int trials)
    {
        var history = new List<Observation>();
        for (int number = 1; number <= trials; number++)
        {
            SweepPoint point = sampler.Sample(number, history);
            double[] places = [.. point.Places];
            double score = -Math.Abs(places[0] - 0.7) - Math.Abs(places[1] - 0.2) - (places[2] == 2 ? 0 : 0.3);
            history.Add(new(point, 9, score));
        }
        return history;
    }
}
