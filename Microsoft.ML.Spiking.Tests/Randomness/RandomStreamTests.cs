using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Tests.Randomness;

[TestClass]
public sealed class RandomStreamTests
{
    [TestMethod]
    public void NextUInt32_SameKeys_GivesSameNumbers() =>
        Assert.AreSequenceEqual(Draw(Stream()), Draw(Stream()));

    [TestMethod]
    [DataRow(8, 1, 2, 3, 4L)]
    [DataRow(7, 2, 2, 3, 4L)]
    [DataRow(7, 1, 9, 3, 4L)]
    [DataRow(7, 1, 2, 9, 4L)]
    [DataRow(7, 1, 2, 3, 1L << 40)]
    public void NextUInt32_AnyKeyDiffers_GivesOtherNumbers(int seed, int purpose, int channel, int epoch, long item) =>
        Assert.AreNotSequenceEqual(
            Draw(Stream()), Draw(new(seed, (RandomPurpose)purpose, channel, epoch, item)));

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1, 2)]
    [DataRow(3, 19)]
    [DataRow(2, 255)]
    [DataRow(0, 256)]
    [DataRow(1, 1_003)]
    public void FillUniform_AfterOthers_GivesTheNumbersOneByOne(int before, int count)
    {
        RandomStream filled = Stream(), single = Stream();
        for (int i = 0; i < before; i++)
        {
            Assert.AreEqual(single.NextUInt32(), filled.NextUInt32());
        }
        float[] values = new float[count];

        filled.FillUniform(values, low: -2, high: 5);

        foreach (float value in values)
        {
            Assert.AreEqual(-2 + (7 * single.NextSingle()), value);
        }
        Assert.AreEqual(single.NextUInt32(), filled.NextUInt32());
    }

    [TestMethod]
    public void FillUniform_ManyNumbers_AreSpreadEvenlyWithinTheRange()
    {
        float[] values = new float[100_000];
        Stream().FillUniform(values, -2, 6);

        Assert.IsTrue(values.All(value => value is >= -2 and < 6));
        Assert.AreEqual(2.0, values.Average(), 0.03);
        int[] bins = [.. Enumerable.Range(0, 8)
            .Select(bin => values.Count(value => (int)MathF.Floor(value + 2) == bin))];
        Assert.IsTrue(bins.All(count => Math.Abs(count - 12_500) < 500), string.Join(", ", bins));
    }

    [TestMethod]
    public void FillNormal_ManyNumbers_HaveTheMomentsOfTheDistribution()
    {
        float[] values = new float[100_001];
        Stream().FillNormal(values, mean: 3, deviation: 2);

        double mean = values.Average();
        double variance = values.Average(value => (value - mean) * (value - mean));
        double kurtosis = values.Average(value => Math.Pow((value - mean) / 2, 4));
        Assert.AreEqual(3.0, mean, 0.03);
        Assert.AreEqual(4.0, variance, 0.1);
        Assert.AreEqual(3.0, kurtosis, 0.2);
    }

    [TestMethod]
    public void NextInt32_SmallBound_GivesEveryNumberEquallyOften()
    {
        RandomStream random = Stream();
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            counts[random.NextInt32(7)]++;
        }
        Assert.IsTrue(counts.All(count => Math.Abs(count - 10_000) < 450), string.Join(", ", counts));
    }

    [TestMethod]
    public void Shuffle_AllOrdersOfThree_AreEquallyLikely()
    {
        var counts = new Dictionary<string, int>();
        for (int item = 0; item < 12_000; item++)
        {
            char[] letters = ['a', 'b', 'c'];
            new RandomStream(7, RandomPurpose.Shuffling, item: item).Shuffle<char>(letters);
            string order = new(letters);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.HasCount(6, counts);
        Assert.IsTrue(counts.Values.All(count => Math.Abs(count - 2_000) < 200), string.Join(", ", counts));
    }

    private static RandomStream Stream() => new(7, (RandomPurpose)1, 2, 3, 4);

    private static uint[] Draw(RandomStream random) => [.. Enumerable.Range(0, 9).Select(_ => random.NextUInt32())];
}
