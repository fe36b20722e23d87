using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// A row's scores depend on the row alone, even if an encoder draws spikes: not on the batch, the order or the thread.
/// </summary>
[TestClass]
public sealed class EncodedScoringTests
{
    private const int Count = 700; // several batches of scoring

    private static readonly List<Flower> Rows = Flowers.Rows(Count, seed: 5);

    private readonly MLContext _ml = new(1);

    public static IEnumerable<InputEncoder> Encoders =>
        [new DirectEncoder(), new LatencyEncoder(), new PoissonEncoder { Rate = 0.8 }];

    [TestMethod]
    [DynamicData(nameof(Encoders))]
    public void Transform_InAnyBatchOrderOrThread_GivesTheSameScores(InputEncoder encoder)
    {
        SpikingPredictionTransformer model = Fit(encoder);
        float[][] expected = Scores(model, Rows);

        Assert.AreSequenceEqual(Flat(expected), Flat([.. Scores(model, [.. Rows.AsEnumerable().Reverse()]).Reverse()]));
        Assert.AreSequenceEqual(Flat(expected[100..103]), Flat(Scores(model, Rows[100..103])));
        Assert.AreSequenceEqual(Flat(expected), Flat(InParallel(model)));
        using PredictionEngine<Flower, Prediction> engine = _ml.Model.CreatePredictionEngine<Flower, Prediction>(model);
        foreach (int row in new[] { Count - 1, 0, 13, 0 })
        {
            Assert.AreSequenceEqual(expected[row], engine.Predict(Rows[row]).Score);
        }
        Assert.IsGreaterThan(10, expected.Select(scores => scores[0]).Distinct().Count()); // rows differ
    }

    [TestMethod]
    [DynamicData(nameof(Encoders))]
    public void Transform_WithLibtorch_DrawsTheSameSpikes(InputEncoder encoder)
    {
        SpikingPredictionTransformer model = Fit(encoder);
        float[][] managed = Scores(model, Rows);

        model.Model.ChangeScoringBackend(ScoringBackend.Torch, ComputeDevice.Cpu);
        float[][] torch = Scores(model, Rows);

        // A row differs if rounding flips a spike; if spikes were drawn again, nearly all rows would.
        int different = managed.Zip(torch)
            .Count(pair => pair.First.Zip(pair.Second).Any(both => Math.Abs(both.First - both.Second) > 1e-4));
        Assert.IsLessThan(Count / 100, different);
    }

    [TestMethod]
    public void Transform_OtherSeedOfTheEncoder_DrawsOtherSpikes()
    {
        float[][] one = Scores(Fit(new PoissonEncoder { Rate = 0.8 }), Rows);
        float[][] other = Scores(Fit(new PoissonEncoder { Rate = 0.8, Seed = 1 }), Rows); // trained the same way

        Assert.AreNotSequenceEqual(Flat(one), Flat(other));
    }

    private SpikingPredictionTransformer Fit(InputEncoder encoder) => Flowers.Fit(_ml, Data(Flowers.Rows()), options =>
        (options.Encoder, options.TimeSteps, options.Epochs, options.Network) =
            (encoder, 4, 3, new NetworkBuilder().Linear(16).BatchNorm().Neuron().Build()));

    private float[][] Scores(SpikingPredictionTransformer model, IReadOnlyList<Flower> rows) =>
        [.. model.Transform(Data(rows)).GetColumn<float[]>("Score")];

    /// <summary>Every eighth row is scored by the same thread, with its own engine.</summary>
    private float[][] InParallel(SpikingPredictionTransformer model)
    {
        var scores = new float[Count][];
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, part =>
        {
            using PredictionEngine<Flower, Prediction> engine = _ml.Model.CreatePredictionEngine<Flower, Prediction>(
                model, new PredictionEngineOptions { OwnsTransformer = false });
            for (int row = part; row < Count; row += 8)
            {
                scores[row] = engine.Predict(Rows[row]).Score;
            }
        });
        return scores;
    }

    private IDataView Data(IEnumerable<Flower> rows) => Flowers.Keyed(_ml, rows);

    private static float[] Flat(IEnumerable<float[]> scores) => [.. scores.SelectMany(values => values)];
}
