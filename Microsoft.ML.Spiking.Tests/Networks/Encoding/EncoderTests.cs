using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Encoding;


namespace Microsoft.ML.Spiking.Tests.Networks.Encoding;

[TestClass]
public sealed class EncoderTests
{
    private const int Steps = 5;

    [TestMethod]
    public void Latency_Values_FireOnceTheLargerTheEarlier()
    {
        float[] row = [1f, 2f, 0.75f, 0.5f, 0.25f, 0.01f, 0f, -1f];
        int[] expected = [0, 0, 1, 2, 3, 4, -1, -1]; // the step; -1 for never

        int[] actual = [.. row.Select((_, i) => Enumerable.Range(0, Steps)
            .Where(t => Spikes(new LatencyEncoder(), row, new(t, Steps, 0))[i] == 1).SingleOrDefault(-1))];

        Assert.AreSequenceEqual(expected, actual);
    }

    [TestMethod]
    [DataRow(1.0, 0.25f, 0.25)]
    [DataRow(0.4, 0.5f, 0.2)]
    [DataRow(0.4, 7f, 0.4)]
    [DataRow(1.0, 1f, 1.0)]
    [DataRow(1.0, 0f, 0.0)]
    [DataRow(1.0, -3f, 0.0)]
    public void Poisson_Value_FiresWithItsProbability(double rate, float value, double probability)
    {
        float[] row = [.. Enumerable.Repeat(value, 20_000)];
        var encoder = new PoissonEncoder { Rate = rate };

        float[] spikes = Spikes(encoder, row, new(0, Steps, encoder.KeyOf(row)));

        Assert.IsTrue(spikes.All(spike => spike is 0 or 1));
        Assert.AreEqual(probability, spikes.Average(), 0.015);
    }

    [TestMethod]
    public void Poisson_SameRow_DependsOnSeedEpochAndStepAlone()
    {
        float[] row = [.. Enumerable.Repeat(0.5f, 64)];
        float[] other = [.. row[..^1], 0.51f];
        var encoder = new PoissonEncoder { Seed = 3 };
        float[] Draw(float[] values, int step, int? seed, int epoch) =>
            Spikes(encoder, values, new(step, Steps, encoder.KeyOf(values), seed, epoch));

        float[] spikes = Draw(row, 1, null, 0);

        Assert.AreSequenceEqual(spikes, Draw([.. row], 1, null, 0));
        Assert.AreSequenceEqual(spikes, Draw(row, 1, seed: 3, 0));
        Assert.AreNotSequenceEqual(spikes, Draw(row, 2, null, 0));
        Assert.AreNotSequenceEqual(spikes, Draw(row, 1, seed: 4, 0));
        Assert.AreNotSequenceEqual(spikes, Draw(row, 1, null, epoch: 1));
        Assert.AreNotSequenceEqual(spikes, Draw(other, 1, null, 0));
        Assert.AreEqual(encoder.KeyOf([0f, 1f]), encoder.KeyOf([-0f, 1f]));
    }

    [TestMethod]
    public void Create_EncoderForRowsWithTimeSteps_IsRefused() =>
        Assert.Contains("LatencyEncoder", Assert.ThrowsExactly<NetworkDefinitionException>(() => new NetworkDefinition(
            [4], 2, new LatencyEncoder(), [new LinearLayer("output", 4, 2)], 2, hasTimeAxis: true)).Message);

    [TestMethod]
    public void Create_EncoderOutOfRange_IsRefused() =>
        Assert.Contains("Rate is 0", Assert.ThrowsExactly<NetworkDefinitionException>(() => new NetworkDefinition(
            [4], 2, new PoissonEncoder { Rate = 0 }, [new LinearLayer("output", 4, 2)], 2)).Message);

    private static float[] Spikes(InputEncoder encoder, float[] row, EncodingMoment moment)
    {
        float[] spikes = new float[row.Length];
        encoder.Encode(row, moment, spikes);
        return spikes;
    }
}
