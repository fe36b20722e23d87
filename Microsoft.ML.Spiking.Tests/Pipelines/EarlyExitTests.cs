using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Serialization;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Tests.Scoring;
using Microsoft.ML.Spiking.Tests.Scoring.Streams;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

[TestClass]
public sealed class EarlyExitTests
{
    private readonly MLContext _ml = new(1);

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Networks =>
    [
        [new Mlp(30, 21), Bindings.Of([17]) with { TimeSteps = 5 }],
        [new Mlp(30, 21), Bindings.Of([17], neuron: new BurstNeuron { Threshold = 0.1 }) with { TimeSteps = 5 }],
        [new Mlp(30), Bindings.Of([17]) with { Encoder = new PoissonEncoder { Seed = 3 }, TimeSteps = 6 }],
        [new Mlp(20), Bindings.Of([7]) with { Encoder = new LatencyEncoder(), TimeSteps = 6 }],
        [new Mlp(20), Bindings.Of([7]) with { Fields = [1, 3, 2, 1, 8, 2, 2], TimeSteps = 4 }],
        [new ConvNet(5, 17, 40), Bindings.Image(3, 9) with { TimeSteps = 4 }],
        [new SpikingResNet(18), Bindings.Image(3, 8) with { TimeSteps = 3 }],
        [new NetworkBuilder().Neuron().AveragePool(2).Neuron().Residual(main => main.BatchNorm()).Flatten().Build(),
            Bindings.Image(2, 6, neuron: new IfNeuron { Threshold = 0.2 }) with { TimeSteps = 5 }],
        [new NetworkBuilder().Residual(main => main.Linear(6)).Linear(9).Neuron().Build(), Bindings.Of([6])],
        [new NetworkBuilder().Linear(9).Build(), Bindings.Of([6])],
        [new ConvNet(6), Bindings.Image(2, 8) with { HasTimeAxis = true, TimeSteps = 6 }],
    ];

    /// <summary>Ended at a step, a row has the scores of a network of as many time steps.</summary>
    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Score_EndedAtEachStep_GivesTheScoresOfThatManySteps(object template, object binding)
    {
        NetworkDefinition network = ((NetworkTemplate)template).Bind((NetworkBinding)binding);
        NetworkWeights weights = RandomNetwork.Weights(network, 3);
        using var model = new SpikingModelParameters(network, weights);
        float[][] rows = [.. RandomNetwork.Rows(4, network.InputSize, 4).Chunk(network.InputSize)];
        float[][] full = [.. rows.Select(row => StreamEqualityTests.Score(model, row))];
        for (int steps = 1; steps <= network.TimeSteps; steps++)
        {
            // Decided as soon as it may be.
            model.ChangeEarlyExit(new() { Confidence = 1e-9, MinimumSteps = steps });
            using SpikingModelParameters? shorter = network.Encoder is DirectEncoder ? Shorter(network, weights, steps)
                : null;
            for (int i = 0; i < rows.Length; i++)
            {
                float[] actual = StreamEqualityTests.Score(model, rows[i]);
                float[]? expected = steps == network.TimeSteps ? full[i] : shorter is null ? null
                    : StreamEqualityTests.Score(shorter, rows[i][..shorter.Network.InputSize]);
                for (int c = 0; c < (expected?.Length ?? 0); c++)
                {
                    Assert.AreEqual(expected![c], actual[c], network.HasTimeAxis ? 0 : 2e-5f);
                }
            }
            Assert.AreEqual(steps, model.MeanSteps!.Value, 1e-12);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Score_InfiniteConfidence_GivesTheScoresOfAllSteps(object template, object binding)
    {
        NetworkDefinition network = ((NetworkTemplate)template).Bind((NetworkBinding)binding);
        using var model = new SpikingModelParameters(network, RandomNetwork.Weights(network, 3));
        float[] row = RandomNetwork.Rows(1, network.InputSize, 4);
        float[] full = StreamEqualityTests.Score(model, row);

        model.ChangeEarlyExit(new() { Confidence = double.PositiveInfinity });

        Assert.AreSequenceEqual(full, StreamEqualityTests.Score(model, row));
        Assert.AreEqual(network.TimeSteps, model.MeanSteps);
        model.ChangeEarlyExit(null);
        Assert.IsNull(model.MeanSteps);
    }

    [TestMethod]
    public void Score_SomeRowsDecided_EndsThoseAlone()
    {
        NetworkDefinition network = new ConvNet(6).Bind(
            Bindings.Image(2, 8) with { HasTimeAxis = true, TimeSteps = 6 });
        using var model = new SpikingModelParameters(network, RandomNetwork.Weights(network, 3));
        float[] rows = RandomNetwork.Rows(30, network.InputSize, 4);
        rows[network.InputSize] = float.NaN;
        float[] scores = new float[30 * network.ClassCount];
        double confidence = 0.5;
        model.ChangeEarlyExit(new() { Confidence = confidence, MinimumSteps = 2 });

        model.Scorer.Score(rows, 30, scores);

        int steps = 0;
        for (int i = 0; i < 30; i++)
        {
            float[] own = scores[(i * network.ClassCount)..((i + 1) * network.ClassCount)];
            if (i == 1)
            {
                Assert.IsTrue(own.All(float.IsNaN));
                continue;
            }
            SpikingStream stream = model.CreateStream(
                new() { Decision = StreamDecision.Confidence((float)confidence, minimumSteps: 2) });
            StreamStep step;
            do
            {
                step = stream.Push(rows.AsSpan(
                    (i * network.InputSize) + (stream.StepCount * stream.ValueCount), stream.ValueCount));
            }
            while (!step.IsDecision);
            Assert.AreSequenceEqual(stream.Scores.ToArray(), own);
            steps += step.Step;
        }
        Assert.AreEqual(steps / 29.0, model.MeanSteps!.Value, 1e-12);
        Assert.IsTrue(steps is > 2 * 29 and < 6 * 29);
    }

    [TestMethod]
    public void Save_WithEarlyExit_IsLoadedAndNeedsVersionThree()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options => options.TimeSteps = 4);
        var exit = new EarlyExit { Confidence = 0.6, MinimumSteps = 2 };
        model.Model.ChangeEarlyExit(exit);
        using var zip = new MemoryStream();
        _ml.Model.Save(model, data.Schema, zip);
        SpikingModelFile.Check(zip, cancellationToken: TestContext.CancellationToken);
        zip.Position = 0;

        var loaded = (SpikingPredictionTransformer)new MLContext().Model.Load(zip, out _);

        Assert.AreEqual(exit, loaded.Model.EarlyExit);
        Assert.AreSequenceEqual(Scores(model, data), Scores(loaded, data));
        Assert.AreEqual(model.Model.MeanSteps, loaded.Model.MeanSteps);
        Assert.IsLessThan(4, loaded.Model.MeanSteps!.Value);
        string json = System.Text.Encoding.UTF8.GetString(DefinitionJson.Write(model.Model.Network, 1, exit));
        Assert.Contains("\"version\": 3", json);
        foreach (EarlyExit other in new EarlyExit[] { new() { Confidence = double.PositiveInfinity }, exit })
        {
            byte[] written = DefinitionJson.Write(model.Model.Network, 1, other);
            Assert.AreEqual(other, DefinitionJson.ReadModel(new MemoryStream(written)).Exit);
        }
        Assert.Contains("Confidence is -1", Assert.Throws<FormatException>(() => DefinitionJson.ReadModel(
            new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json.Replace("0.6", "-1"))))).Message);
    }

    [TestMethod]
    public void EarlyExits_TrainedModel_AgreesWithScoring()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options => options.TimeSteps = 4);

        EarlyExitReport report = _ml.Model.EarlyExits(model, data, [0.5, 0.7, double.PositiveInfinity]);

        Assert.HasCount(4, report.StepAccuracies);
        foreach (EarlyExitPoint point in report.Points)
        {
            model.Model.ChangeEarlyExit(new() { Confidence = point.Confidence });
            MulticlassClassificationMetrics metrics = _ml.MulticlassClassification.Evaluate(model.Transform(data));
            Assert.AreEqual(metrics.MicroAccuracy, point.Accuracy, 1e-12);
            Assert.AreEqual(model.Model.MeanSteps!.Value, point.MeanSteps, 1e-12);
        }
        EarlyExitPoint last = report.Points[^1];
        Assert.AreEqual((4.0, 0.0, report.StepAccuracies[3]), (last.MeanSteps, last.EarlyShare, last.Accuracy));
        Assert.IsLessThanOrEqualTo(report.Points[1].MeanSteps, report.Points[0].MeanSteps);
        Assert.Contains("infinite", report.ToString());
        Assert.Contains("Confidence,Accuracy,MeanSteps,EarlyShare\n0.5,", report.ToCsv());
    }

    [TestMethod]
    public void ChangeEarlyExit_WhatCannotBe_SaysSo()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer model = Flowers.Fit(_ml, data);
        Assert.Contains("Confidence is 0",
            Assert.Throws<ArgumentException>(() => model.Model.ChangeEarlyExit(new() { Confidence = 0 })).Message);
        Assert.Contains("MinimumSteps is 0",
            Assert.Throws<ArgumentException>(() => model.Model.ChangeEarlyExit(new() { MinimumSteps = 0 })).Message);
        model.Model.ChangeEarlyExit(new());
        Assert.Contains("libtorch", Assert.Throws<InvalidOperationException>(
            () => model.Model.ChangeScoringBackend(ScoringBackend.Torch)).Message);
        Assert.AreEqual(new EarlyExit(), model.Model.EarlyExit);
        Assert.Contains("EarlyExit", Assert.Throws<NotSupportedException>(
            () => model.ExportToOnnx(new MemoryStream())).Message);
        Assert.Contains("EarlyExit", Assert.Throws<Exception>(
            () => _ml.Model.ConvertToOnnx(model, data, new MemoryStream())).Message);
        model.Model.ChangeEarlyExit(null);
        model.Model.ChangeScoringBackend(ScoringBackend.Torch);
        Assert.Contains("libtorch",
            Assert.Throws<InvalidOperationException>(() => model.Model.ChangeEarlyExit(new())).Message);
        Assert.IsNull(model.Model.EarlyExit);
        Assert.AreEqual(ScoringBackend.Torch, model.Model.ScoringBackend);
    }

    private static SpikingModelParameters Shorter(NetworkDefinition network, NetworkWeights weights, int steps)
    {
        var shorter = new NetworkDefinition(network.InputShape, steps, network.Encoder, network.Layers,
            network.ClassCount, network.HasTimeAxis, network.PixelOrder);
        return new(shorter, new(shorter, shorter.Parameters.Select(spec => weights[spec.Name])));
    }

    private static float[] Scores(SpikingPredictionTransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];
}
