using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests;

[TestClass]
public sealed class SpikingClifBinaryTrainerTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Evaluate_TwoClasses_GivesTheAreaUnderTheCurve()
    {
        IDataView train = Data(), test = Data(seed: 2);

        CalibratedBinaryClassificationMetrics metrics =
            _ml.BinaryClassification.Evaluate(TwoClasses.Trainer(_ml).Fit(train).Transform(test));
        CalibratedBinaryClassificationMetrics stock = _ml.BinaryClassification.Evaluate(
            _ml.BinaryClassification.Trainers.LbfgsLogisticRegression().Fit(train).Transform(test));

        Assert.IsGreaterThan(stock.AreaUnderRocCurve - 0.02, metrics.AreaUnderRocCurve);
        Assert.IsGreaterThan(0.9, metrics.AreaUnderRocCurve);
        Assert.IsGreaterThan(0.8, metrics.Accuracy);
        Assert.IsLessThan(0.7, metrics.LogLoss);
    }

    [TestMethod]
    public void Transform_EveryRow_AgreesWithItself()
    {
        IDataView data = Data(seed: 3);
        IDataView scored = TwoClasses.Trainer(_ml).Fit(Data()).Transform(data);

        TwoClassPrediction[] rows = [.. _ml.Data.CreateEnumerable<TwoClassPrediction>(scored, false)];

        Assert.HasCount(400, rows);
        foreach (TwoClassPrediction row in rows)
        {
            Assert.AreEqual(1 / (1 + Math.Exp(-row.Score)), row.Probability, 1e-6);
            Assert.AreEqual(row.Score > 0, row.PredictedLabel);
        }
        Assert.IsTrue(rows.Any(row => row.PredictedLabel) && rows.Any(row => !row.PredictedLabel));
    }

    [TestMethod]
    public void Transform_Probabilities_AreThoseOfTheMulticlassTrainerWithTheSameSeed()
    {
        IDataView data = Data();
        IDataView keyed = _ml.Transforms.Conversion.MapValueToKey("Label",
            keyOrdinality: Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(data).Transform(data);

        float[] binary = [.. TwoClasses.Trainer(_ml).Fit(data).Transform(data).GetColumn<float>("Probability")];
        float[] multiclass = [.. _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()).Fit(keyed)
            .Transform(keyed).GetColumn<float[]>("Score").Select(scores => scores[1])];

        Assert.AreSequenceEqual(multiclass, binary);
    }

    [TestMethod]
    public void Load_SavedChain_ScoresTheSameBits()
    {
        IDataView data = Data();
        var chain = _ml.Transforms.NormalizeMinMax("Features").Append(TwoClasses.Trainer(_ml));
        var model = chain.Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);

        ITransformer loaded = new MLContext().Model.Load(stream, out _);

        foreach (string column in new[] { "Score", "Probability" })
        {
            Assert.AreSequenceEqual(model.Transform(data).GetColumn<float>(column).ToArray(),
                loaded.Transform(data).GetColumn<float>(column).ToArray());
        }
        Assert.AreSequenceEqual(model.Transform(data).GetColumn<bool>("PredictedLabel").ToArray(),
            loaded.Transform(data).GetColumn<bool>("PredictedLabel").ToArray());
        Assert.AreEqual(_ml.BinaryClassification.Evaluate(model.Transform(data)).AreaUnderRocCurve,
            _ml.BinaryClassification.Evaluate(loaded.Transform(data)).AreaUnderRocCurve, 0);
        _ml.Model.ChangeScoringBackend(loaded, ScoringBackend.Torch, ComputeDevice.Cpu);
        Assert.AreEqual(model.Transform(data).GetColumn<float>("Probability").First(),
            loaded.Transform(data).GetColumn<float>("Probability").First(), 1e-4f);
    }

    [TestMethod]
    public void Predict_Engine_GivesTheScoresOfTheBatches()
    {
        IDataView data = Data();
        SpikingBinaryPredictionTransformer model = TwoClasses.Trainer(_ml).Fit(data);
        using var engine = _ml.Model.CreatePredictionEngine<TwoClassRow, TwoClassPrediction>(model);

        TwoClassPrediction[] single = [.. TwoClasses.Rows().Select(engine.Predict)];

        Assert.AreSequenceEqual(
            model.Transform(data).GetColumn<float>("Score").ToArray(), single.Select(row => row.Score).ToArray());
        Assert.AreSequenceEqual(model.Transform(data).GetColumn<bool>("PredictedLabel").ToArray(),
            single.Select(row => row.PredictedLabel).ToArray());
        TwoClassPrediction missing = engine.Predict(new TwoClassRow { Features = [0, float.NaN, 0] });
        Assert.IsTrue(float.IsNaN(missing.Score) && float.IsNaN(missing.Probability));
        Assert.IsFalse(missing.PredictedLabel);
    }

    [TestMethod]
    public void CrossValidate_ThreeFolds_HasTheAreaUnderTheCurveOfEach()
    {
        var pipeline = _ml.Transforms.NormalizeMinMax("Features").Append(TwoClasses.Trainer(_ml));

        var folds = _ml.BinaryClassification.CrossValidate(Data(), pipeline, numberOfFolds: 3, seed: 1);

        Assert.HasCount(3, folds);
        Assert.IsTrue(folds.All(fold => fold.Metrics.AreaUnderRocCurve > 0.85 && fold.Metrics.LogLoss < 0.8));
    }

    [TestMethod]
    public void PermutationFeatureImportance_ThirdFeature_DoesNotMatter()
    {
        IDataView data = Data();

        var importance = _ml.BinaryClassification.PermutationFeatureImportance(
            TwoClasses.Trainer(_ml).Fit(data), data, permutationCount: 2);

        Assert.HasCount(3, importance);
        Assert.IsLessThan(-0.1, importance[0].AreaUnderRocCurve.Mean);
        Assert.IsLessThan(importance[2].AreaUnderRocCurve.Mean, importance[0].AreaUnderRocCurve.Mean);
        Assert.IsGreaterThan(-0.05, importance[2].AreaUnderRocCurve.Mean);
    }

    [TestMethod]
    public void Fit_ValidationDataAndModel_ContinuesTheModel()
    {
        IDataView data = Data(), validation = Data(seed: 4);
        SpikingClifBinaryTrainer trainer = TwoClasses.Trainer(_ml);
        SpikingBinaryPredictionTransformer first = trainer.Fit(data, validation);

        SpikingBinaryPredictionTransformer second = trainer.Fit(data, validation, first);
        SpikingBinaryPredictionTransformer third = trainer.Fit(data, first);

        Assert.HasCount(first.Model.Network.Layers.Count, second.Model.Network.Layers);
        Assert.IsGreaterThan(0.9, _ml.BinaryClassification.Evaluate(second.Transform(validation)).AreaUnderRocCurve);
        Assert.IsGreaterThan(0.9, _ml.BinaryClassification.Evaluate(third.Transform(validation)).AreaUnderRocCurve);
    }

    [TestMethod]
    public void Fit_NamesOfAllColumns_AreUsedAndSaved()
    {
        IDataView data = Data();
        SpikingClifTrainer.Options options = Flowers.Quick();
        (options.PredictedLabelColumnName, options.ScoreColumnName) = ("Guess", "Odds");
        options.ExampleWeightColumnName = "Weight";
        SpikingBinaryPredictionTransformer model =
            _ml.BinaryClassification.Trainers.SpikingClif(options, probabilityColumnName: "Chance").Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);

        IDataView scored = _ml.Model.Load(stream, out _).Transform(data);

        Assert.IsGreaterThan(0.9, _ml.BinaryClassification.Evaluate(
            scored, "Label", "Odds", "Chance", "Guess").AreaUnderRocCurve);
        Assert.AreSequenceEqual(new[] { "Guess", "Odds", "Chance" },
            scored.Schema.Skip(data.Schema.Count).Select(column => column.Name).ToArray());
    }

    [TestMethod]
    public void SpikingClif_ShortOverload_LearnsWithDefaults()
    {
        IDataView data = Data();
        SpikingBinaryPredictionTransformer model =
            _ml.BinaryClassification.Trainers.SpikingClif(hiddenSizes: [16], timeSteps: 2, epochs: 30).Fit(data);

        Assert.AreEqual("Features", model.FeatureColumnName);
        Assert.IsGreaterThan(0.85, _ml.BinaryClassification.Evaluate(model.Transform(data)).AreaUnderRocCurve);
    }

    [TestMethod]
    public void Fit_LabelThatIsNoBoolean_SaysWhatToDo()
    {
        IDataView keyed = Flowers.Keyed(_ml);
        Assert.Contains("The label column 'Label' is of type Key<UInt32>; a Boolean is needed",
            Assert.Throws<ArgumentException>(() => TwoClasses.Trainer(_ml).Fit(keyed)).Message);
        Assert.Contains("The data has no column 'Outcome', which is named as the label column",
            Assert.Throws<ArgumentException>(
                () => TwoClasses.Trainer(_ml, options => options.LabelColumnName = "Outcome").Fit(Data())).Message);
        Assert.Contains("The column of the probability is named 'Score', as is another column",
            Assert.Throws<ArgumentException>(
                () => _ml.BinaryClassification.Trainers.SpikingClif(Flowers.Quick(), "Score")).Message);
    }

    private IDataView Data(int seed = 1) => _ml.Data.LoadFromEnumerable(TwoClasses.Rows(seed: seed));
}
