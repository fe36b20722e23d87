using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Training.Native;
using Quickstart;

namespace Microsoft.ML.Spiking.Tests.RealData;

[TestClass]
public sealed class PrecisionOnDigitsTests
{
    private const int TrainingDigits = 1_000;
    private const int TestDigits = 1_000;

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public void Restore() => BFloat16Products.Given = null;

    [TestMethod]
    public void SpikingClif_BFloat16_ReadsDigitsAsWellAsFullPrecision()
    {
        string folder = Path.GetDirectoryName(DataFolder.Require("mnist-train-images-idx3-ubyte.gz"))!;
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadFromEnumerable(IdxDigits.Read(folder, "train").Take(TrainingDigits).ToArray());
        IDataView test = ml.Data.LoadFromEnumerable(IdxDigits.Read(folder, "t10k").Take(TestDigits).ToArray());
        double Accuracy(TrainingPrecision precision)
        {
            var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
                .Append(ml.Transforms.Conversion.ConvertType("Features", "Pixels", DataKind.Single))
                .Append(ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
                {
                    InputShape = [1, 28, 28],
                    Network = new ConvNet(8, 16),
                    Precision = precision,
                    TimeSteps = 4,
                    Epochs = 3,
                    BatchSize = 25,
                    LearningRate = 0.01,
                    Dropout = 0,
                    NumberOfThreads = 1,
                    Device = ComputeDevice.Cpu,
                }));
            return ml.MulticlassClassification.Evaluate(pipeline.Fit(train).Transform(test)).MicroAccuracy;
        }

        BFloat16Products.Given = true; // however long it takes
        double full = Accuracy(TrainingPrecision.Full);
        double rounded = Accuracy(TrainingPrecision.BFloat16);

        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"MNIST, {TrainingDigits} training digits, 3 epochs, conv net 1-8-16: {full:0.0000} in float32, " +
            $"{rounded:0.0000} in bfloat16"));
        Assert.IsGreaterThan(0.85, full);
        Assert.IsLessThan(0.02, Math.Abs(full - rounded));
    }
}
