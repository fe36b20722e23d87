using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.RealData;

[TestClass]
public sealed class AdultTests
{
    private const int TrainingRows = 8_000; // of 26,000; the benchmark of tables takes all

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void SpikingClif_DefaultsOnAdult_ReachTheAccuracyOfLinearModels()
    {
        var ml = new MLContext(seed: 1);
        string unpacked = Path.GetTempFileName();
        try
        {
            IDataView all = AdultTable.Load(ml, DataFolder.Require("adult.txt.gz"), unpacked);
            DataOperationsCatalog.TrainTestData split = ml.Data.TrainTestSplit(all, testFraction: 0.2, seed: 1);
            ITransformer featurizer = AdultTable.Featurizer(ml).Fit(split.TrainSet);
            IDataView train = ml.Data.Cache(ml.Data.TakeRows(featurizer.Transform(split.TrainSet), TrainingRows));
            IDataView test = ml.Data.Cache(featurizer.Transform(split.TestSet));

            // One thread: no result depends on it, and it is faster on a busy machine.
            double spiking = Report(ml, "SpikingClif",
                ml.MulticlassClassification.Trainers
                    .SpikingClif(new SpikingClifTrainer.Options { NumberOfThreads = 1 }), train, test);
            double linear = Report(ml, "SdcaMaximumEntropy",
                ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(), train, test);

            Assert.IsGreaterThanOrEqualTo(0.84, spiking);
            Assert.IsGreaterThanOrEqualTo(linear - 0.005, spiking);
        }
        finally
        {
            File.Delete(unpacked);
        }
    }

    private double Report(MLContext ml, string name, IEstimator<ITransformer> trainer, IDataView train, IDataView test)
    {
        MulticlassClassificationMetrics metrics =
            ml.MulticlassClassification.Evaluate(trainer.Fit(train).Transform(test));
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Adult, held-out 20 %: {name} {metrics.MicroAccuracy:0.0000} (log-loss {metrics.LogLoss:0.0000})"));
        return metrics.MicroAccuracy;
    }
}
