using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Conversion;

/// <summary>The calibration of a table's scores on the rows held out, as a training without options does it.</summary>
[TestClass]
public sealed class CalibrationTests
{
    private readonly MLContext _ml = new(2);

    /// <summary>Rows held out that are all classified correctly do not make every prediction certain.</summary>
    [TestMethod]
    public void Fit_FewRowsHeldOut_KeepsDoubt()
    {
        IDataView rows = Labeled(320, seed: 2), others = Labeled(3_000, seed: 102, noise: 0.03);
        var keys = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows);

        SpikingPredictionTransformer model =
            _ml.MulticlassClassification.Trainers.SpikingClif(Table()).Fit(keys.Transform(rows));

        MulticlassClassificationMetrics fresh =
            _ml.MulticlassClassification.Evaluate(model.Transform(keys.Transform(others)));
        Assert.IsGreaterThan(0.96, fresh.MicroAccuracy);
        Assert.IsLessThan(0.2, fresh.LogLoss);
    }

    /// <summary>Features that tell nothing: the probability is the share of the weights, not of the rows.</summary>
    [TestMethod]
    public void Fit_WeightedRows_AreCalibratedByTheirWeights()
    {
        var random = new Random(4);
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 1_000).Select(i => new WeightedRow
        {
            Features = [random.NextSingle(), random.NextSingle(), random.NextSingle(), random.NextSingle()],
            Label = i % 2 == 0,
            Weight = i % 2 == 0 ? 9 : 1,
        }));
        SpikingClifTrainer.Options options = Table();
        options.ExampleWeightColumnName = nameof(WeightedRow.Weight);

        var model = _ml.Transforms.Conversion.MapValueToKey("Label",
                keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(options)).Fit(data);

        Assert.IsInRange(
            0.8, 0.97, model.Transform(data).GetColumn<float[]>("Score").Average(scores => (double)scores[1]));
    }

    [TestMethod]
    public void FitTemperature_WeightColumn_CountsRowsByTheirWeights()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flowers.Rows(90).Select((row, i) => new WeightedRow
        {
            Features = row.Features,
            Label = i % 3 == 0,
            Weight = i % 7 == 0 ? 0 : 1 + (i % 2), // no row of no weight
        }));
        IDataView repeated = _ml.Data.LoadFromEnumerable(_ml.Data.CreateEnumerable<WeightedRow>(data, false)
            .SelectMany(row => Enumerable.Repeat(row, (int)row.Weight)));
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick())).Fit(data);

        TemperatureFit weighted = _ml.Model.FitTemperature(model, data, nameof(WeightedRow.Weight));
        TemperatureFit expected = _ml.Model.FitTemperature(model, repeated);

        Assert.AreEqual(expected.LogLossBefore, weighted.LogLossBefore, 1e-6);
        Assert.AreEqual(77, weighted.Rows);
        Assert.AreNotEqual(_ml.Model.FitTemperature(model, data).LogLossBefore, weighted.LogLossBefore, 1e-6);
        Assert.Contains("The data has no weight column 'Worth'. Its columns are: ", Assert.ThrowsExactly<
            ArgumentOutOfRangeException>(() => _ml.Model.FitTemperature(model, data, "Worth")).Message);
        Assert.Contains("The weight column 'Features' is of type Vector<Single, 4>; a Single is needed.", Assert
            .ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Model.FitTemperature(model, data, "Features"))
            .Message);
    }

    private static SpikingClifTrainer.Options Table() =>
        new() { Seed = 3, Device = ComputeDevice.Cpu, NumberOfThreads = 1 };

    // Three classes that are well apart; a part of the rows has any of the labels.
    private IDataView Labeled(int count, int seed, double noise = 0)
    {
        var random = new Random(seed);
        List<Flower> rows = Flowers.Rows(count, seed);
        foreach (Flower row in rows.Where(_ => random.NextDouble() < noise))
        {
            row.Label = "abc"[random.Next(3)].ToString();
        }
        return _ml.Data.LoadFromEnumerable(rows);
    }

    private sealed class WeightedRow
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }

        public float Weight { get; set; }
    }
}
