using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Tables;

namespace Microsoft.ML.Spiking.Tests.Training.Tables;

/// <summary>Logistic regression on receptive fields.</summary>
[TestClass]
public sealed class FieldRegressionTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow(2)]
    [DataRow(5)]
    public void Losses_BendsOfOneFeature_AreLearned(int classes)
    {
        int Label(ReadOnlySpan<float> row) => (int)(MathF.Abs(row[1]) * classes * 0.999f);

        double loss = Loss(3_000, classes, row => Label(row));

        Assert.IsLessThan(0.35, loss);
    }

    [TestMethod]
    public void Losses_CombinationsOfFeatures_AreNot()
    {
        double loss = Loss(3_000, 2, row => row[0] * row[1] >= 0 ? 1 : 0);

        Assert.AreEqual(Math.Log(2), loss, 0.05);
    }

    private double Loss(int rows, int classes, Samples.LabelOf label)
    {
        RowSample train = Samples.Of(rows, features: 3, label);
        float[][] features = [.. Enumerable.Range(0, train.Count).Select(row => train.Row(row).ToArray())];
        var feed = RowFeed.Open(new ArrayRowSource(features, [.. train.Labels.Select(own => (int)own)]), classes,
            1 << 24, TestContext.CancellationToken);
        PopulationConstants fields = PopulationConstants.Of(train, feed.Summary, 8);
        return FieldRegression.Fit(train, classes, fields, seed: 1, TestContext.CancellationToken)
            .Losses(Samples.Of(500, features: 3, label, seed: 2)).Average();
    }
}
