using System.Text.RegularExpressions;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Samples;

/// <summary>The behaviour that samples/ImageClassification documents.</summary>
[TestClass]
public sealed partial class ImageClassificationTests : IDisposable
{
    private const string Sample = "ImageClassification";
    private const int Images = 20;
    private static readonly TemporaryFolder Data = new();

    private readonly TemporaryFolder _folder = new();

    [ClassInitialize]
    public static void Draw(TestContext context) => DrawnImages.Draw(Data.Path, Images);

    [ClassCleanup]
    public static void Remove() => Data.Dispose();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Run_KilledAndStartedAgain_GoesOnAndLeavesModelAndCurve()
    {
        using (var sample = SampleProcess.Start(Sample, Arguments(epochs: 30)))
        {
            sample.KillAfter("epoch 3 of 30");
        }

        (int exitCode, string[] output, string[] errors) = SampleProcess.Run(Sample, Arguments(epochs: 30));

        Assert.AreEqual(0, exitCode, string.Join('\n', errors));
        Assert.AreEqual("28 images to train with, 4 for validation, 8 for the test", output[0]);
        Assert.ContainsSingle(line => line.StartsWith("Resumed from", StringComparison.Ordinal), output);
        Assert.DoesNotContain(line => line.StartsWith("epoch 1 of", StringComparison.Ordinal), output);
        Assert.ContainsSingle(line => line.StartsWith("epoch 30 of 30", StringComparison.Ordinal), output);
        Assert.MatchesRegex(GoodAccuracy(), output[^1]);
        Assert.HasCount(31, File.ReadAllLines(In("history.csv")));
        AssertPicture(In("learning-curve.png"), output);
        AssertModel(In("model.zip"));
    }

    [TestMethod]
    public void Run_TrainingThatHasEnded_TrainsNothingAndSaysTheSame()
    {
        (int exitCode, string[] first, string[] errors) = SampleProcess.Run(Sample, Arguments(epochs: 2));
        Assert.AreEqual(0, exitCode, string.Join('\n', errors));
        File.Delete(In("learning-curve.png"));

        (exitCode, string[] second, errors) = SampleProcess.Run(Sample, Arguments(epochs: 2));

        Assert.AreEqual(0, exitCode, string.Join('\n', errors));
        Assert.HasCount(2, first.Where(IsEpoch));
        Assert.IsEmpty(second.Where(IsEpoch));
        Assert.AreEqual(first[^1], second[^1]);
        AssertPicture(In("learning-curve.png"), second);

        (exitCode, _, errors) = SampleProcess.Run(Sample, Arguments(epochs: 3));
        Assert.AreEqual(2, exitCode);
        Assert.Contains("it had Epochs 2 (now 3)", Assert.ContainsSingle(errors));
    }

    [TestMethod]
    [DataRow("There is no folder", "--data", "nowhere")]
    [DataRow("has no class folders", "--data", ".")]
    [DataRow("must be one of clif, lif", "--neuron", "real")]
    [DataRow("--epochs is '0'; it must be a whole number, 1 or more.", "--epochs", "0")]
    [DataRow("--epoch", "--epoch", "3")]
    public void Run_BadArguments_SaysOneSentenceAndEndsWith2(string sentence, params string[] arguments)
    {
        IEnumerable<string> found = arguments.Select(
            argument => argument is "nowhere" or "." ? Path.Combine(_folder.Path, argument) : argument);
        (int exitCode, _, string[] errors) = SampleProcess.Run(Sample, [.. found, "--checkpoint", _folder.Path]);
        Assert.AreEqual(2, exitCode);
        Assert.Contains(sentence, Assert.ContainsSingle(errors));
    }

    [TestMethod]
    public void Run_FileThatIsNoImage_NamesIt()
    {
        using var data = new TemporaryFolder();
        DrawnImages.Draw(data.Path, count: 5);
        string broken = Path.Combine(data.Path, DrawnImages.Standing, "03.png");
        File.WriteAllText(broken, "not an image");

        (int exitCode, _, string[] errors) =
            SampleProcess.Run(Sample, "--data", data.Path, "--checkpoint", _folder.Path, "--threads", "1");

        Assert.AreEqual(2, exitCode);
        Assert.Contains($"'{broken}' cannot be read as an image", Assert.ContainsSingle(errors));
    }

    private string[] Arguments(int epochs) =>
    [
        "--data", Data.Path, "--checkpoint", _folder.Path, "--epochs", $"{epochs}", "--image-size", "8", "--batch-size",
        "8",
        "--time-steps", "2", "--threads", "1", "--device", "cpu",
    ];

    private string In(string name) => Path.Combine(_folder.Path, name);

    private static bool IsEpoch(string line) => line.StartsWith("epoch ", StringComparison.Ordinal);

    private static void AssertPicture(string file, string[] output)
    {
        if (File.Exists(file))
        {
            Assert.AreSequenceEqual(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }, File.ReadAllBytes(file)[..4]);
            return;
        }
        Assert.ContainsSingle(
            line => line.StartsWith("did not draw the learning curve: this system has no fonts",
                StringComparison.Ordinal), output);
    }

    /// <summary>The saved model takes the name of a file, needs no label, and recognizes the class.</summary>
    private static void AssertModel(string file)
    {
        var ml = new MLContext();
        ITransformer model = ml.Model.Load(file, out _);
        ImageName[] images = [.. Directory.GetFiles(Data.Path, "*.png", SearchOption.AllDirectories)
            .Select(path => new ImageName { ImagePath = path })];
        IEnumerable<string> predicted = model.Transform(ml.Data.LoadFromEnumerable(images))
            .GetColumn<ReadOnlyMemory<char>>("PredictedLabel").Select(label => label.ToString());
        int right = images.Zip(predicted)
            .Count(row => Path.GetFileName(Path.GetDirectoryName(row.First.ImagePath)) == row.Second);
        Assert.IsInRange(2 * Images * 3 / 4, 2 * Images, right);
    }

    [GeneratedRegex(@"^test accuracy (75|87|88|100)\.\d % \(8 images\)$")]
    private static partial Regex GoodAccuracy();

    private sealed class ImageName
    {
        public string ImagePath { get; set; } = "";
    }
}
