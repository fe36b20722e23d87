using Microsoft.ML.Spiking.Training.Feed;


namespace Microsoft.ML.Spiking.Tests.Training.Feed;

[TestClass]
public sealed class ChannelMomentsTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Statistics_RowsWithTimeSteps_AreThoseOfEachChannel(bool isSparse)
    {
        const int Steps = 2, Channels = 3, Length = 4;
        var random = new Random(2);
        float[][] rows = [.. Enumerable.Range(0, 30).Select(_ => Enumerable.Range(0, Steps * Channels * Length)
            .Select(i => random.Next(3) == 0 ? 0f : (float)(random.NextDouble() * (1 + (i / Length % Channels))))
                .ToArray())];
        var source = new ArrayRowSource(rows, new int[30], isSparse: isSparse);

        ChannelStatistics found = RowFeed.Open(
            source, 1, 1 << 20, TestContext.CancellationToken, new ChannelMoments(Steps, Channels, rows[0].Length))
                .Summary.Channels!;

        for (int channel = 0; channel < Channels; channel++)
        {
            double[] values =
                [.. rows.SelectMany(row => row.Where((_, i) => i / Length % Channels == channel))
                    .Select(value => (double)value)];
            double mean = values.Average();
            Assert.AreEqual(mean, found.Means[channel], 1e-12);
            Assert.AreEqual(Math.Sqrt(values.Average(value => (value - mean) * (value - mean))),
                found.Deviations[channel], 1e-12);
        }
    }

    [TestMethod]
    public void Statistics_LargeMeanAndSmallDeviation_KeepsTheDeviation()
    {
        float[][] rows = [.. Enumerable.Range(0, 100).Select(i => new[] { 1e6f + (i % 2), 5f })];
        ChannelStatistics found =
            RowFeed.Open(new ArrayRowSource(rows, new int[100]), 1, 1 << 20, TestContext.CancellationToken,
            new ChannelMoments(1, 2, 2)).Summary.Channels!;
        Assert.AreSequenceEqual([1e6 + 0.5, 5.0], found.Means);
        Assert.AreSequenceEqual([0.5, 0.0], found.Deviations);
    }

    [TestMethod]
    public void Summary_NotMeasured_HasNoChannels() =>
        Assert.IsNull(RowFeed.Open(Toy.Rows(9), 3, 1 << 20, TestContext.CancellationToken).Summary.Channels);
}
