using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Tables;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Tables;

/// <summary>Receptive fields: where they lie, and what they make of features.</summary>
[TestClass]
public sealed class PopulationConstantsTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Borders_EvenlySpreadValues_AreTheirQuantiles()
    {
        float[] values = [.. Enumerable.Range(0, 101).Select(i => (float)i)];

        Assert.AreSequenceEqual([0f, 25f, 50f, 75f, 100f], PopulationConstants.Borders(values, fields: 4));
    }

    [TestMethod]
    public void Borders_MostlyZero_DivideTheOtherValues()
    {
        float[] values = [.. Enumerable.Repeat(0f, 900), .. Enumerable.Range(1, 100).Select(i => (float)i)];

        Assert.AreSequenceEqual([0f, 26f, 51f, 76f, 100f], PopulationConstants.Borders(values, fields: 4));
    }

    [TestMethod]
    [DataRow(new float[] { 3, 3, 3 })]
    [DataRow(new float[] { 0, 1, 1 })]
    public void Borders_AtMostTwoValues_AreNone(float[] values) =>
        Assert.IsEmpty(PopulationConstants.Borders(values, fields: 4));

    [TestMethod]
    public void Of_FieldsOfANumber_RiseOneAfterTheOther()
    {
        float[][] rows = [.. Enumerable.Range(0, 101).Select(i => new[] { i, i % 2, 5f })];

        PopulationConstants constants = Constants(rows, fields: 4);

        Assert.AreSequenceEqual([4, 1, 1], constants.Fields.ToArray());
        float[][] values = [.. rows.Select(row => Apply(constants, row))];
        for (int field = 0; field < 4; field++)
        {
            float[] own = [.. values.Select(row => row[field])];
            Assert.AreSequenceEqual(own.Order().ToArray(), own);
            // It changes between its borders alone.
            Assert.AreEqual(own[0], own[25 * field], 1e-6f);
            Assert.IsGreaterThan(own[25 * field], own[(25 * field) + 1]);
            Assert.AreEqual(own[100], own[25 * (field + 1)], 1e-6f);
        }
        Assert.IsTrue(values.All(row => row[5] == 0), "a constant feature");
        Assert.AreEqual(1, values.Average(row => row.Average(value => (double)value * value)), 1e-3);
    }

    [TestMethod]
    public void Of_ValuesBeyondThoseOfTheRows_StayNear()
    {
        PopulationConstants constants =
            Constants([.. Enumerable.Range(0, 101).Select(i => new[] { i / 100f, i % 2 })], fields: 4);

        foreach (float far in new[] { -float.MaxValue, -1e30f, 1e30f, float.MaxValue })
        {
            Assert.IsTrue(Apply(constants, [far, far]).All(value => Math.Abs(value) < 10), $"{far}");
        }
    }

    [TestMethod]
    public void Of_HugeValues_GiveFiniteConstants()
    {
        PopulationConstants constants = Constants(
            [.. Enumerable.Range(0, 60).Select(i => new[] { i % 3 == 0 ? 3e38f : -4e37f * (i % 7), 1e-40f * i })], 8);

        Assert.IsTrue(new[] { constants.Scale, constants.Shift, constants.Lowest, constants.Highest }
            .All(array => array.All(float.IsFinite)));
    }

    [TestMethod]
    public void Forward_ReceptiveFields_EqualTheManagedScorer()
    {
        NativeRuntime.EnsureLoaded(withCuda: false);
        const int Features = 6, Rows = 40;
        var random = new Random(3);
        float[][] rows =
            [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, Features).Select(i => i < 2
                ? random.Next(2) : random.NextSingle() * 100).ToArray())];
        PopulationConstants constants = Constants(rows, fields: 5);
        NetworkDefinition definition =
            new Mlp(30).Bind(Bindings.Of([Features]) with { Fields = constants.Fields });
        NetworkWeights weights = WeightInitializer.Create(definition, seed: 2, input: null, constants);
        float[] features = [.. rows.SelectMany(row => row)], scores = new float[Rows * 3];

        using var scorer = new ManagedScorer(definition, weights);
        scorer.Score(features, Rows, scores);

        using DisposeScope scope = NewDisposeScope();
        using var network = new TorchNetwork(definition, CPU);
        network.Parameters.Import(weights);
        using IDisposable noGradient = no_grad();
        Tensor expected =
            network.Forward(tensor(features, [Rows, Features]), ForwardPass.Evaluation).mean([0]).softmax(1);
        float[] torchScores = expected.contiguous().data<float>().ToArray();
        for (int i = 0; i < scores.Length; i++)
        {
            Assert.AreEqual(torchScores[i], scores[i], 1e-5f);
        }
    }

    [TestMethod]
    public void Create_FieldsThatAreNotFitted_AreRefused()
    {
        NetworkDefinition definition = new Mlp(3).Bind(Bindings.Of([2]) with { Fields = [1, 4] });

        string message =
            Assert.ThrowsExactly<NotSupportedException>(() => WeightInitializer.Create(definition, seed: 1)).Message;

        Assert.AreEqual("Layer 'population': its receptive fields were not fitted to rows.", message);
    }

    private PopulationConstants Constants(float[][] rows, int fields)
    {
        var feed = RowFeed.Open(
            new ArrayRowSource(rows, new int[rows.Length]), 1, 1 << 24, TestContext.CancellationToken);
        return PopulationConstants.Of(RowSample.Of(feed, seed: 1), feed.Summary, fields);
    }

    private static float[] Apply(PopulationConstants constants, float[] row) =>
    [
        .. constants.Fields.SelectMany((count, feature) => Enumerable.Repeat(row[feature], count))
            .Select((value, i) => Math.Min(
                Math.Max((constants.Scale[i] * value) + constants.Shift[i], constants.Lowest[i]),
                constants.Highest[i])),
    ];
}
