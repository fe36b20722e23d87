using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch;

namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class ValidationMetricTests
{
    [TestMethod]
    public void Measure_ClassesOfDifferentSize_AgreesWithMLNet()
    {
        var ml = new MLContext(1);
        // Class c is rare, and all the training rows with its label are rows of b.
        IDataView train = Flowers.Keyed(ml, [.. Flowers.Rows(60), .. Mislabeled()]);
        IDataView validation = ml.Data.TakeRows(train, 40);
        SpikingClifTrainer.Options options = Flowers.Quick();
        (options.Epochs, options.LearningRate) = (1, 0.005);
        EpochMetrics? last = null;
        options.MetricsCallback = metrics => last = metrics;
        SpikingPredictionTransformer model =
            ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train, validation);

        MulticlassClassificationMetrics expected = ml.MulticlassClassification.Evaluate(model.Transform(validation));
        Assert.AreEqual(expected.MicroAccuracy, last!.ValidationAccuracy!.Value, 1e-9);
        Assert.AreEqual(expected.MacroAccuracy, last.ValidationMacroAccuracy!.Value, 1e-9);
        Assert.AreEqual(expected.LogLoss, last.ValidationLoss!.Value, 1e-4);
        Assert.AreNotEqual(last.ValidationAccuracy.Value, last.ValidationMacroAccuracy.Value, 1e-3);
    }

    [TestMethod]
    [DataRow(ValidationMetric.Accuracy, true)]
    [DataRow(ValidationMetric.MacroAccuracy, false)]
    [DataRow(ValidationMetric.Loss, false)]
    public void IsWorseThan_EpochThatIsBetterInOne_IsSoByThatMetric(ValidationMetric metric, bool expected)
    {
        NetworkWeights weights = WeightInitializer.Create(Toy.Network(), 1);
        var kept = new KeptWeights(weights, 1, Accuracy: 0.5, Loss: 1) { MacroAccuracy = 0.5 };
        EpochMetrics epoch = Epoch(accuracy: 0.6, macro: 0.4, loss: 2);
        Assert.AreEqual(expected, kept.IsWorseThan(epoch, metric));
        Assert.AreEqual(!expected, new KeptWeights(kept.Weights, 1, 0.6, 2) { MacroAccuracy = 0.4 }
            .IsWorseThan(Epoch(0.5, 0.5, 1), metric));
    }

    [TestMethod]
    [DataRow(ValidationMetric.Accuracy)]
    [DataRow(ValidationMetric.MacroAccuracy)]
    [DataRow(ValidationMetric.Loss)]
    public void Run_AnyMetric_KeepsTheEpochThatIsBestByIt(ValidationMetric metric)
    {
        TrainingOutcome outcome = Toy.Train(Toy.Settings with { LearningRate = 0.5, ValidationMetric = metric },
            validation: Toy.Rows(60, seed: 6));
        double[] values = [.. outcome.History.Select(epoch => metric switch
        {
            ValidationMetric.Accuracy => epoch.ValidationAccuracy!.Value,
            ValidationMetric.MacroAccuracy => epoch.ValidationMacroAccuracy!.Value,
            _ => -epoch.ValidationLoss!.Value,
        })];
        Assert.AreEqual(values.Max(), values[outcome.BestEpoch - 1]);
    }

    [TestMethod]
    public void Run_WeightedValidationRows_MeasuresTheLossOfAsManyRows()
    {
        (float[][] rows, int[] labels) = Toy.Points(60, seed: 6);
        int[] times = [.. Enumerable.Range(0, 60).Select(i => 1 + (i % 3))];
        var repeated = new ArrayRowSource(
            [.. rows.SelectMany((row, i) => Enumerable.Repeat(row, times[i]))],
            [.. labels.SelectMany((label, i) => Enumerable.Repeat(label, times[i]))]);
        var weighted = new ArrayRowSource(rows, labels, [.. times.Select(count => (float)count)]);
        TrainingSettings settings = Toy.Settings with { Epochs = 3, BatchSize = 7 };

        IReadOnlyList<EpochMetrics> expected = Toy.Train(settings, validation: repeated).History;
        IReadOnlyList<EpochMetrics> found = Toy.Train(settings, validation: weighted).History;
        IReadOnlyList<EpochMetrics> alike = Toy.Train(settings, validation: new(rows, labels)).History;

        for (int epoch = 0; epoch < 3; epoch++)
        {
            Assert.AreEqual(expected[epoch].ValidationLoss!.Value, found[epoch].ValidationLoss!.Value, 1e-5);
            Assert.AreEqual(alike[epoch].ValidationAccuracy, found[epoch].ValidationAccuracy); // of rows
        }
        Assert.AreNotEqual(alike[^1].ValidationLoss!.Value, found[^1].ValidationLoss!.Value, 1e-4);
    }

    private static IEnumerable<Flower> Mislabeled() => Flowers.Rows(30, seed: 2).Where(row => row.Label == "b")
        .Select(row => new Flower { Features = row.Features, Label = "c" });

    private static EpochMetrics Epoch(double accuracy, double macro, double loss) =>
        new() { Epoch = 2, ValidationAccuracy = accuracy, ValidationMacroAccuracy = macro, ValidationLoss = loss };
}
