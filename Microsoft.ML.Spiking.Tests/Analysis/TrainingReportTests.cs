using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Analysis;

[TestClass]
public sealed class TrainingReportTests
{
    private static readonly MLContext Ml = new(seed: 1);

    /// <summary>
    /// The network of <see cref="HandMade"/> predicts class 0 if x is 1, with the mean logits 1 and 0.5; if x is 0 the
    /// classes tie, and class 0 wins.
    /// </summary>
    [TestMethod]
    public void Build_CountableNetwork_GivesTheFiguresCountedByHand()
    {
        NetworkDefinition network = HandMade.Vector();
        TrainingReport report = TrainingReportBuilder.Build(network, HandMade.VectorWeights(network),
            HandMade.Rows(([1f], 0), ([1f], 1), ([0f], 0), ([0f], 1), ([1f], -1), ([float.NaN], 0)), []);
        double sure = 1 / (1 + Math.Exp(-0.5));

        Assert.AreEqual((4L, 2L, 0.5), (report.Rows, report.SkippedRows, report.Accuracy));
        Assert.AreSequenceEqual([2L, 0L], report.Confusion[0]);
        Assert.AreSequenceEqual([2L, 0L], report.Confusion[1]);
        Assert.AreEqual(("no", 2L, 0.5, 1.0), (report.Classes[0].Class, report.Classes[0].Rows,
            report.Classes[0].Precision!.Value, report.Classes[0].Recall!.Value));
        Assert.IsNull(report.Classes[1].Precision);
        Assert.AreEqual(0, report.Classes[1].Recall);
        Assert.AreEqual((-Math.Log(sure) - Math.Log(1 - sure) - (2 * Math.Log(0.5))) / 4, report.LogLoss, 1e-6);
        Assert.AreEqual((2 * (sure - 0.5)) / 4, report.CalibrationError, 1e-6);
        ReliabilityBin bar = report.Reliability[(int)(sure * 15)];
        Assert.AreEqual((2L, 0.5), (bar.Rows, bar.Accuracy));
        Assert.AreEqual(sure, bar.Confidence, 1e-6);
        Assert.AreEqual(4, report.Reliability.Sum(each => each.Rows));
        Assert.AreEqual("Label,Predicted,Rows\nno,no,2\nno,yes,0\nyes,no,2\nyes,yes,0\n", report.ToCsv());
        Assert.AreEqual("Class,Rows,Precision,Recall\nno,2,0.5,1\nyes,2,,0\n", report.ClassesToCsv());
        string[] bars = report.ReliabilityToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.AreEqual("From,To,Rows,Confidence,Accuracy", bars[0]);
        Assert.HasCount(1 + report.Reliability.Count, bars);
        Assert.StartsWith(FormattableString.Invariant($"{bar.From},{bar.To},2,"), bars[1 + (int)(sure * 15)]);
        Assert.Contains("expected calibration error", report.ToString());
    }

    [TestMethod]
    public void TrainingResults_TrainedModel_HasTheAccuracyOfEvaluateAndTheLearningCurve()
    {
        IDataView data = Flowers.Keyed(Ml);
        List<EpochMetrics> epochs = [];
        SpikingPredictionTransformer model = Flowers.Fit(Ml, data, options => options.MetricsCallback = epochs.Add);

        TrainingReport report = Ml.Model.TrainingResults(model, data, epochs);

        MulticlassClassificationMetrics metrics = Ml.MulticlassClassification.Evaluate(model.Transform(data));
        Assert.AreEqual(metrics.MicroAccuracy, report.Accuracy);
        Assert.AreEqual(metrics.LogLoss, report.LogLoss, 1e-6);
        Assert.HasCount(8, report.Epochs);
        Assert.HasCount(9 + 1, report.EpochsToCsv().Split('\n'));
        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        Assert.AreEqual(8, json.RootElement.GetProperty("epochs").GetArrayLength());
        Assert.Contains("epoch", report.ToString());
    }

    [TestMethod]
    public void TrainingResults_DataWithoutLabel_SaysWhatIsNeeded()
    {
        IDataView data = Flowers.Keyed(Ml);
        SpikingPredictionTransformer model = Flowers.Fit(Ml, data);
        IDataView hidden = Ml.Transforms.NormalizeMinMax("Features").Fit(data).Transform(data); // two of that name
        IDataView without = Ml.Transforms.DropColumns("Label").Fit(hidden).Transform(hidden);

        string message = Assert.Throws<ArgumentException>(() => Ml.Model.TrainingResults(model, without)).Message;

        Assert.Contains("The data has no label column 'Label', which this report needs. Its columns are: " +
            "'Features', 'Weight', 'Name', 'Number', 'Tail'. (Parameter", message);
    }

    /// <summary>
    /// Logits 2 apart, right three times out of four. With half a row in five in doubt that is 0.7 of them: the best
    /// temperature makes the odds 7 to 3.
    /// </summary>
    [TestMethod]
    public void TemperatureOf_KnownOdds_IsThatOfTheLogarithm()
    {
        float sure = (float)(1 / (1 + Math.Exp(-2)));
        float[] row = [sure, 1 - sure];
        TemperatureFit fit = TemperatureFit.Of(new([row, row, row, row], [0, 0, 0, 1], Skipped: 0));

        Assert.AreEqual(2 / Math.Log(7.0 / 3), fit.Temperature, 1e-4);
        Assert.AreEqual(-((3 * Math.Log(0.7)) + Math.Log(0.3)) / 4, fit.LogLossAfter, 1e-6);
        Assert.AreEqual(-((3 * Math.Log(sure)) + Math.Log(1 - sure)) / 4, fit.LogLossBefore, 1e-6);
    }

    /// <summary>A model that was always right may be wrong the next time: after one row, once in four.</summary>
    [TestMethod]
    public void TemperatureOf_RowsThatAreAllRight_StaysInDoubt()
    {
        TemperatureFit one = TemperatureFit.Of(new([[0.6f, 0.4f]], [0], Skipped: 0));
        Assert.AreEqual(Math.Log(1.5) / Math.Log(3), one.Temperature, 1e-6);

        TemperatureFit many = TemperatureFit.Of(new(
            [.. Enumerable.Repeat(new[] { 0.97f, 0.02f, 0.01f }, 30)], [.. Enumerable.Repeat(0, 30)], Skipped: 0));
        Assert.IsInRange(0.7, 1.3, many.Temperature);
    }

    [TestMethod]
    public void TemperatureOf_WeightedRows_IsThatOfAsManyRows()
    {
        float[] sure = [0.9f, 0.06f, 0.04f], unsure = [0.5f, 0.3f, 0.2f];
        var repeated = TemperatureFit.Of(new([sure, sure, sure, unsure], [0, 0, 0, 1], Skipped: 0));
        var weighted = TemperatureFit.Of(new([sure, unsure], [0, 1], Skipped: 0) { Weights = [3, 1] });
        var scaled = TemperatureFit.Of(new([sure, unsure], [0, 1], Skipped: 0) { Weights = [30, 10] });
        var often = TemperatureFit.Of(new([sure, sure], [0, 1], Skipped: 0) { Weights = [9, 1] });
        var rarely = TemperatureFit.Of(new([sure, sure], [0, 1], Skipped: 0) { Weights = [1, 9] });

        Assert.AreEqual(repeated.LogLossBefore, weighted.LogLossBefore, 1e-9);
        Assert.AreEqual(weighted.Temperature, scaled.Temperature, 1e-9);
        // Two rows of which one counts three times as much tell less than four: there is more doubt.
        Assert.IsLessThan(weighted.Temperature, repeated.Temperature);
        Assert.IsLessThan(rarely.Temperature, often.Temperature);
    }

    /// <summary>The highest temperature is the lowest's inverse, and what it says of the loss is of that one.</summary>
    [TestMethod]
    public void TemperatureOf_LimitThatIsReached_TellsTheLossThere()
    {
        float[] row = [0.9f, 0.1f];
        TemperatureFit fit = TemperatureFit.Of(new([row, row], [0, 1], Skipped: 0), highest: 4);

        Assert.AreEqual(4, fit.Temperature, 1e-6);
        double right = 1 / (1 + Math.Pow(9, -0.25));
        Assert.AreEqual(-(Math.Log(right) + Math.Log(1 - right)) / 2, fit.LogLossAfter, 1e-6);
    }

    [TestMethod]
    public void FitTemperature_SavedModel_HasTheProbabilitiesOfTheTemperatureAndTheSamePredictions()
    {
        IDataView data = Flowers.Keyed(Ml);
        SpikingPredictionTransformer model = Flowers.Fit(Ml, data, options => options.Epochs = 2);

        TemperatureFit fit = Ml.Model.FitTemperature(model, data);

        using var stream = new MemoryStream();
        Ml.Model.Save(fit.Model, data.Schema, stream);
        stream.Position = 0;
        float[][] before = [.. model.Transform(data).GetColumn<float[]>("Score")];
        float[][] after = [.. Ml.Model.Load(stream, out _).Transform(data).GetColumn<float[]>("Score")];
        for (int i = 0; i < before.Length; i++)
        {
            double[] powers = [.. before[i].Select(p => Math.Pow(p, 1 / fit.Temperature))];
            for (int c = 0; c < powers.Length; c++)
            {
                Assert.AreEqual(powers[c] / powers.Sum(), after[i][c], 1e-4);
            }
            Assert.AreEqual(Array.IndexOf(before[i], before[i].Max()), Array.IndexOf(after[i], after[i].Max()));
        }
        Assert.IsLessThanOrEqualTo(fit.LogLossBefore, fit.LogLossAfter);
        Assert.AreEqual(fit.LogLossAfter, Ml.Model.TrainingResults(fit.Model, data).LogLoss, 1e-4);
        Assert.StartsWith("Temperature,Rows,LogLossBefore,LogLossAfter\n", fit.ToCsv());
    }

    [TestMethod]
    public void Divide_NetworkThatEndsInNeurons_IsRefused()
    {
        var network = new NetworkDefinition([2], 1, new DirectEncoder(),
            [new LinearLayer("fc", 2, 2), new NeuronLayer("neuron1", new IfNeuron())], 2);
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => TemperatureFit.Divide(
            network, Serialization.SmallNetworks.Weights(network), 2)).Message;
        Assert.Contains("last layer, 'neuron1', has no weights", message);
    }
}
