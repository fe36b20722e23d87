using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Quickstart;

namespace Microsoft.ML.Spiking.Tests.Samples;

/// <summary>The promises of samples/ClifToLif and samples/TemporalGradients, on a few drawn digits.</summary>
[TestClass]
public sealed class DigitStudiesTests : IDisposable
{
    // ClifToLif holds 2,000 rows out behind those that it trains on.
    private const int TrainRows = 2_200, TestRows = 100;

    private static readonly TemporaryFolder Data = new();

    private readonly TemporaryFolder _folder = new();

    [ClassInitialize]
    public static void Draw(TestContext context)
    {
        Write("train", DrawnDigits.Draw(1, 0, TrainRows));
        Write("t10k", DrawnDigits.Draw(1, TrainRows, TestRows));
    }

    [ClassCleanup]
    public static void Remove() => Data.Dispose();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void RunClifToLif_FewDigits_PrintsALineForEachSeed()
    {
        (int exitCode, string[] output, string[] errors) = SampleProcess.Run(
            "ClifToLif", "--data", Data.Path, "--rows", "200", "--epochs", "2", "--seeds", "2",
            "--layers", "1", "--width", "32");

        Assert.AreEqual(0, exitCode, string.Join('\n', errors));
        Assert.HasCount(5, output); // names, a line for each seed, their mean and deviation
        Assert.StartsWith("mean ", output[3]);
        Assert.StartsWith("  +- ", output[4]);
        for (int seed = 1; seed <= 2; seed++)
        {
            double[] figures = [.. output[seed].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
            Assert.HasCount(6, figures);
            Assert.AreEqual(seed, figures[0]);
            Assert.IsTrue(figures[1..5].All(accuracy => accuracy is >= 0 and <= 100));
            Assert.IsTrue(figures[5] is >= -0.3 and <= 0.1);
        }
    }

    [TestMethod]
    public void RunTemporalGradients_FewDigits_WritesFiguresAndPictures()
    {
        (int exitCode, string[] output, string[] errors) = SampleProcess.Run("TemporalGradients", "--data", Data.Path,
            "--output", _folder.Path, "--rows", "100", "--epochs", "1", "--seeds", "2", "--steps", "2");

        Assert.AreEqual(0, exitCode, string.Join('\n', errors));
        string[] lines = File.ReadAllLines(Path.Combine(_folder.Path, "accuracy.csv"));
        Assert.AreEqual("Neuron,Horizon,MeanAccuracy,StandardDeviation,Seeds", lines[0]);
        Assert.AreSequenceEqual(["LIF,0", "LIF,1", "CLIF,0", "CLIF,1"],
            lines[1..].Select(line => string.Join(',', line.Split(',')[..2])));
        Assert.HasCount(4, output.Where(line => line.Contains(" k = ", StringComparison.Ordinal)));
        foreach (string name in new[] { "figure2", "figure6", "gradients-LIF", "gradients-CLIF" })
        {
            Assert.IsGreaterThan(3000, new FileInfo(Path.Combine(_folder.Path, name + ".png")).Length);
            Assert.Contains("<svg", File.ReadAllText(Path.Combine(_folder.Path, name + ".svg")));
        }
    }

    [TestMethod]
    [DataRow("ClifToLif")]
    [DataRow("TemporalGradients")]
    public void Run_FolderWithoutDigits_SaysWhatIsMissing(string sample)
    {
        string output = Path.Combine(_folder.Path, "out");
        string[] arguments = ["--data", _folder.Path, .. sample == "ClifToLif" ? [] : new[] { "--output", output }];
        (int exitCode, _, string[] errors) = SampleProcess.Run(sample, arguments);

        Assert.AreEqual(1, exitCode);
        Assert.Contains("There is no 'train-images-idx3-ubyte.gz' in", Assert.ContainsSingle(errors));
    }

    [TestMethod]
    public void RunTemporalGradients_FolderThatCannotBeWritten_SaysSo()
    {
        string file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "not a folder");

        (int exitCode, _, string[] errors) = SampleProcess.Run(
            "TemporalGradients", "--data", Data.Path, "--output", Path.Combine(file, "out"));

        Assert.AreEqual(1, exitCode);
        Assert.Contains("file", Assert.ContainsSingle(errors));
    }

    [TestMethod]
    [DataRow("ClifToLif")]
    [DataRow("TemporalGradients")]
    public void Run_NumberThatCannotBe_IsNamed(string sample)
    {
        (int exitCode, _, string[] errors) = SampleProcess.Run(sample, "--seeds", "0");

        Assert.AreEqual(2, exitCode);
        Assert.AreEqual("--seeds must be at least 1.", Assert.ContainsSingle(errors));
    }

    private static void Write(string part, IReadOnlyList<DigitImage> digits)
    {
        byte[] images = new byte[16], labels = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(images, 0x00000803);
        BinaryPrimitives.WriteInt32BigEndian(labels, 0x00000801);
        Save($"{part}-images-idx3-ubyte.gz", images, digits.SelectMany(digit => digit.Pixels));
        Save($"{part}-labels-idx1-ubyte.gz", labels,
            digits.Select(digit => byte.Parse(digit.Label, CultureInfo.InvariantCulture)));
    }

    private static void Save(string name, byte[] header, IEnumerable<byte> values)
    {
        using var stream = new GZipStream(File.Create(Path.Combine(Data.Path, name)), CompressionLevel.Fastest);
        stream.Write(header);
        stream.Write([.. values]);
    }
}
