using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Tests;

[TestClass]
public sealed class SpikingPredictionTransformerTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Transform_ManyRows_KeepsOrderAndEveryColumn()
    {
        SpikingPredictionTransformer model = Fit();
        List<Flower> rows = Flowers.Rows(1000);

        IDataView scored = model.Transform(Flowers.Keyed(_ml, rows));

        Flower[] passed = [.. _ml.Data.CreateEnumerable<Flower>(
            _ml.Transforms.Conversion.MapKeyToValue("Label").Fit(scored).Transform(scored), false)];
        Assert.HasCount(rows.Count, passed);
        for (int i = 0; i < rows.Count; i++)
        {
            Assert.AreEqual(rows[i].Name, passed[i].Name);
            Assert.AreEqual(rows[i].Number, passed[i].Number);
            Assert.AreEqual(rows[i].Label, passed[i].Label);
            Assert.AreSequenceEqual(rows[i].Features, passed[i].Features);
            Assert.AreSequenceEqual(rows[i].Tail, passed[i].Tail);
        }
        Assert.AreSequenceEqual(Expected(model, rows),
            [.. scored.GetColumn<float[]>("Score").SelectMany(scores => scores)]);
    }

    [TestMethod]
    public void Transform_SixteenThreads_AllSeeTheSameScores()
    {
        SpikingPredictionTransformer model = Fit();
        List<Flower> rows = Flowers.Rows(300);
        float[] expected = Expected(model, rows);

        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            var ml = new MLContext(i);
            IDataView scored = model.Transform(Flowers.Keyed(ml, rows));
            Assert.AreSequenceEqual(expected, [.. scored.GetColumn<float[]>("Score").SelectMany(scores => scores)]);
        });
    }

    [TestMethod]
    public void Predict_EveryRow_GivesTheScoresOfTheBatches()
    {
        SpikingPredictionTransformer model = Fit();
        List<Flower> rows = Flowers.Rows(150);
        using PredictionEngine<Flower, Prediction> engine = _ml.Model.CreatePredictionEngine<Flower, Prediction>(model);

        Prediction[] predictions = [.. rows.Select(engine.Predict)];

        Assert.AreSequenceEqual(Expected(model, rows), [.. predictions.SelectMany(prediction => prediction.Score)]);
        Assert.AreSequenceEqual(
            model.Transform(Flowers.Keyed(_ml, rows)).GetColumn<uint>("PredictedLabel").ToArray(),
            predictions.Select(prediction => prediction.PredictedLabel).ToArray());
        Assert.IsTrue(predictions.All(prediction => Math.Abs(prediction.Score.Sum() - 1) < 1e-5));
    }

    [TestMethod]
    public void Transform_CustomNames_AreUsedEverywhere()
    {
        IDataView data = _ml.Transforms.CopyColumns("Kind", "Label")
            .Append(_ml.Transforms.CopyColumns("Petals", "Features"))
            .Fit(Flowers.Keyed(_ml)).Transform(Flowers.Keyed(_ml));
        data = _ml.Transforms.DropColumns("Label", "Features").Fit(data).Transform(data);

        SpikingPredictionTransformer model = Flowers.Fit(_ml, data, options =>
        {
            (options.LabelColumnName, options.FeatureColumnName) = ("Kind", "Petals");
            (options.PredictedLabelColumnName, options.ScoreColumnName) = ("Guess", "Odds");
        });
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        ITransformer loaded = new MLContext().Model.Load(stream, out _);

        foreach (ITransformer transformer in new[] { model, loaded })
        {
            IDataView scored = transformer.Transform(data);
            MulticlassClassificationMetrics metrics =
                _ml.MulticlassClassification.Evaluate(scored, "Kind", scoreColumnName: "Odds",
                    predictedLabelColumnName: "Guess");
            Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);
            Assert.IsNull(scored.Schema.GetColumnOrNull("Score"));
            Assert.IsNull(scored.Schema.GetColumnOrNull("PredictedLabel"));
            IDataView named = _ml.Transforms.Conversion.MapKeyToValue("Guess").Fit(scored).Transform(scored);
            Assert.AreEqual("a", named.GetColumn<string>("Guess").First());
        }
    }

    [TestMethod]
    public void Transform_Annotations_AreThoseOfMLNetsOwnTrainers()
    {
        IDataView text = Flowers.Keyed(_ml);
        IDataView numbers = _ml.Data.LoadFromEnumerable(Flowers.Rows().Select(
            (row, i) => new NumberLabel { Features = row.Features, Label = i % 3 * 10 }));
        numbers = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(numbers).Transform(numbers);
        IDataView bare = _ml.Data.LoadFromEnumerable(Flowers.Rows().Select(
            (row, i) => new BareKey { Features = row.Features, Label = (uint)(i % 3) + 1 }));

        foreach (IDataView data in new[] { text, numbers, bare })
        {
            DataViewSchema expected =
                _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(data).GetOutputSchema(data.Schema);
            DataViewSchema actual = Flowers.Fit(_ml, data, options => options.Epochs = 1).GetOutputSchema(data.Schema);

            Assert.AreSequenceEqual(
                expected.Select(column => column.Name).ToArray(), actual.Select(column => column.Name).ToArray());
            foreach (string name in new[] { "PredictedLabel", "Score" })
            {
                Assert.AreEqual(expected[name].Type, actual[name].Type);
                Assert.AreSequenceEqual(
                    expected[name].Annotations.Schema.Select(kind => $"{kind.Name} {kind.Type}").ToArray(),
                    actual[name].Annotations.Schema.Select(kind => $"{kind.Name} {kind.Type}").ToArray());
            }
        }
    }

    [TestMethod]
    public void Transform_TextLabels_NameTheSlotsInKeyOrder()
    {
        IDataView scored = Fit().Transform(Flowers.Keyed(_ml));

        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        Assert.AreSequenceEqual(new[] { "a", "b", "c" }, names.DenseValues().Select(name => name.ToString()).ToArray());
        VBuffer<ReadOnlyMemory<char>> keys = default;
        scored.Schema["PredictedLabel"].GetKeyValues(ref keys);
        Assert.AreSequenceEqual(new[] { "a", "b", "c" }, keys.DenseValues().Select(name => name.ToString()).ToArray());
        uint set = 0, again = 0;
        scored.Schema["Score"].Annotations.GetValue("ScoreColumnSetId", ref set);
        Fit().Transform(scored).Schema["Score"].Annotations.GetValue("ScoreColumnSetId", ref again);
        Assert.AreEqual(1u, set);
        Assert.AreEqual(2u, again);
    }

    [TestMethod]
    public void Evaluate_TextLabels_NamesTheClassesOfTheConfusionMatrix()
    {
        IDataView data = Flowers.Keyed(_ml);

        MulticlassClassificationMetrics metrics = _ml.MulticlassClassification.Evaluate(Fit().Transform(data));

        Assert.AreEqual(1, metrics.MicroAccuracy, 1e-9);
        string table = metrics.ConfusionMatrix.GetFormattedConfusionTable();
        Assert.Contains("a |", table);
        Assert.Contains("c |", table);
    }

    [TestMethod]
    public void CrossValidate_ThreeFolds_LearnsInEach()
    {
        var pipeline = _ml.Transforms.NormalizeMinMax("Features")
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()));

        var folds = _ml.MulticlassClassification.CrossValidate(Flowers.Keyed(_ml), pipeline, numberOfFolds: 3, seed: 1);

        Assert.HasCount(3, folds);
        Assert.IsTrue(folds.All(fold => fold.Metrics.MicroAccuracy > 0.9));
    }

    [TestMethod]
    public void PermutationFeatureImportance_EveryFeature_HasItsPart()
    {
        IDataView data = Flowers.Keyed(_ml);

        var importance = _ml.MulticlassClassification.PermutationFeatureImportance(Fit(), data, permutationCount: 2);

        Assert.HasCount(4, importance);
        Assert.IsTrue(importance.Any(feature => feature.MicroAccuracy.Mean < -0.05));
        Assert.IsTrue(importance.All(feature => feature.MicroAccuracy.Mean <= 0));
    }

    [TestMethod]
    public void PermutationFeatureImportance_ChainWithNamedFeatures_NamesThem()
    {
        List<Flower> rows = Flowers.Rows();
        IDataView data = _ml.Data.LoadFromEnumerable(rows.Select(row => new NamedFeatures
        {
            Label = row.Label,
            First = row.Features[0],
            Second = row.Features[1],
            Third = row.Features[2],
        }));
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.Concatenate("Features", "First", "Second", "Third"))
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()));
        var model = chain.Fit(data);

        var importance = _ml.MulticlassClassification.PermutationFeatureImportance(model, model.Transform(data));

        Assert.AreSequenceEqual(new[] { "First", "Second", "Third" },
            importance.Keys.Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public void Transform_FlatAndShapedFeatures_AreTheSame()
    {
        List<Flower> rows = Flowers.Rows();
        IDataView flat = Flowers.Keyed(_ml, rows);
        IDataView shaped = _ml.Data.LoadFromEnumerable(
            rows.Select(row => new ShapedFeatures { Label = row.Label, Features = row.Features }));
        shaped = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(shaped).Transform(shaped);
        Assert.AreEqual("Vector<Single, 1, 2, 2>", shaped.Schema["Features"].Type.ToString());

        // The default treats images and other features differently.
        void Normalize(SpikingClifTrainer.Options options) =>
            options.InputNormalization = new RootMeanSquareNormalization();
        SpikingPredictionTransformer fromFlat = Flowers.Fit(_ml, flat, Normalize);
        SpikingPredictionTransformer fromShaped = Flowers.Fit(_ml, shaped, Normalize);

        Assert.AreEqual(shaped.Schema["Features"].Type, fromShaped.FeatureColumnType);
        float[] expected = Expected(fromFlat, rows);
        foreach (SpikingPredictionTransformer model in new[] { fromFlat, fromShaped })
        {
            foreach (IDataView data in new[] { flat, shaped })
            {
                Assert.AreSequenceEqual(
                    expected, [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)]);
                Assert.IsNotNull(model.GetOutputSchema(data.Schema).GetColumnOrNull("Score"));
            }
        }
        using PredictionEngine<Flower, Prediction> engine =
            _ml.Model.CreatePredictionEngine<Flower, Prediction>(fromShaped);
        Assert.AreEqual(1u, engine.Predict(rows[0]).PredictedLabel);
    }

    /// <summary>As with ML.NET's own models, whose engines dispose nothing that is shared.</summary>
    [TestMethod]
    [DataRow(null)]
    [DataRow(ScoringBackend.Managed)]
    [DataRow(ScoringBackend.Torch)]
    public void Dispose_EngineThatOwnsTheModel_LeavesTheModelUsable(ScoringBackend? backend)
    {
        IDataView data = Flowers.Keyed(_ml);
        ITransformer model = backend is null ? _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(data)
            : Flowers.Fit(_ml, data, options =>
                (options.ScoringBackend, options.ScoringDevice) = (backend.Value, ComputeDevice.Cpu));
        IDataView scored = model.Transform(data);
        using DataViewRowCursor open = scored.GetRowCursorSet([scored.Schema["Score"]], 1).Single();
        PredictionEngine<Flower, Prediction> first = _ml.Model.CreatePredictionEngine<Flower, Prediction>(model);
        float[] expected = first.Predict(Flowers.Rows(1)[0]).Score;

        first.Dispose();

        using (var second = _ml.Model.CreatePredictionEngine<Flower, Prediction>(model))
        {
            Assert.AreSequenceEqual(expected, second.Predict(Flowers.Rows(1)[0]).Score);
        }
        (model as IDisposable)?.Dispose();
        Assert.AreEqual(1, _ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy, 1e-9);
        Assert.HasCount(90, scored.GetColumn<uint>("PredictedLabel").ToArray());
        Assert.IsTrue(open.MoveNext());
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        Assert.AreEqual(1u, _ml.Model.CreatePredictionEngine<Flower, Prediction>(_ml.Model.Load(stream, out _))
            .Predict(Flowers.Rows(1)[0]).PredictedLabel);
    }

    private SpikingPredictionTransformer Fit() => Flowers.Fit(_ml, Flowers.Keyed(_ml));

    private static float[] Expected(SpikingPredictionTransformer model, List<Flower> rows)
    {
        using var scorer = new ManagedScorer(model.Model.Network, model.Model.Weights);
        float[] scores = new float[rows.Count * 3];
        for (int i = 0; i < rows.Count; i++)
        {
            scorer.Score(rows[i].Features, 1, scores.AsSpan(i * 3, 3));
        }
        return scores;
    }

    private sealed class NumberLabel
    {
        public int Label { get; set; }

        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }

    private sealed class BareKey
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }

    private sealed class NamedFeatures
    {
        public string Label { get; set; } = "";

        public float First { get; set; }

        public float Second { get; set; }

        public float Third { get; set; }
    }

    private sealed class ShapedFeatures
    {
        public string Label { get; set; } = "";

        [VectorType(1, 2, 2)]
        public float[] Features { get; set; } = [];
    }
}
