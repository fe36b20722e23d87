using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.RealData;

[TestClass]
public sealed class IrisTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void SpikingClif_DefaultsOnIris_ClassifyNearlyAllInThreeFolds()
    {
        var ml = new MLContext(seed: 1);
        IDataView all = ml.Data.LoadFromTextFile(DataFolder.Require("iris.txt"),
            [new("Label", DataKind.Single, 0), new("Features", DataKind.Single, [new(1, 4)])], hasHeader: true);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            // Raw centimeters: the network standardizes them.
            .Append(ml.MulticlassClassification.Trainers.SpikingClif(
                new SpikingClifTrainer.Options { NumberOfThreads = 1 }));

        double accuracy = ml.MulticlassClassification.CrossValidate(all, pipeline, numberOfFolds: 3)
            .Average(fold => fold.Metrics.MicroAccuracy);

        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Iris, 3 folds: {accuracy:0.0000}"));
        Assert.IsGreaterThanOrEqualTo(0.93, accuracy);
    }
}
