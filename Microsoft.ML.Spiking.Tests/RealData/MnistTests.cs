using System.Globalization;
using Microsoft.ML.Data;
using Quickstart;

namespace Microsoft.ML.Spiking.Tests.RealData;

[TestClass]
public sealed class MnistTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void SpikingClif_OnTenThousandDigits_ReadsNearlyAllOfTheOthers()
    {
        string folder = Path.GetDirectoryName(DataFolder.Require("mnist-train-images-idx3-ubyte.gz"))!;
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadFromEnumerable(IdxDigits.Read(folder, "train").Take(10_000));
        IDataView test = ml.Data.LoadFromEnumerable(IdxDigits.Read(folder, "t10k").Take(5_000));
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.Conversion.ConvertType("Features", "Pixels", DataKind.Single))
            .Append(ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
            {
                Epochs = 5,
                NumberOfThreads = 1,
            }));

        var model = pipeline.Fit(train);
        IDataView scored = model.Transform(test);
        double accuracy = ml.MulticlassClassification.Evaluate(scored).MicroAccuracy;
        float[][] managed = Scores(scored);
        ml.Model.ChangeScoringBackend(model, ScoringBackend.Torch, ComputeDevice.Cpu);
        float[][] torch = Scores(model.Transform(test));

        TestContext.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"MNIST, 10,000 training digits, 5 epochs: {accuracy:0.0000}"));
        Assert.IsGreaterThanOrEqualTo(0.94, accuracy); // the first 5,000 test digits are the easier half of the set
        int flipped = managed.Zip(torch)
            .Count(pair => pair.First.Zip(pair.Second).Any(score => !(Math.Abs(score.First - score.Second) <= 1e-4)));
        int labels = managed.Zip(torch)
            .Count(pair => Array.IndexOf(pair.First, pair.First.Max())
                != Array.IndexOf(pair.Second, pair.Second.Max()));
        TestContext.WriteLine(
            $"managed code and libtorch: {flipped} of {torch.Length} rows differ by more than 1e-4, {labels} in " +
            "their label");
        Assert.IsLessThanOrEqualTo(5, flipped);
        Assert.AreEqual(0, labels);
    }

    private static float[][] Scores(IDataView scored) => [.. scored.GetColumn<float[]>("Score")];
}
