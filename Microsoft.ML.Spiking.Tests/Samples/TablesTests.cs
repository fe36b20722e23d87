using System.Globalization;

namespace Microsoft.ML.Spiking.Tests.Samples;

/// <summary>The behaviour that samples/Tables documents.</summary>
[TestClass]
public sealed class TablesTests : IDisposable
{
    private const string Sample = "Tables";
    private const string Header = "label\tn:size\tc:color\tn:weight";

    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _results = new();

    public void Dispose()
    {
        _data.Dispose();
        _results.Dispose();
    }

    [TestMethod]
    public void Run_TwoTables_WritesAMeasurementForEachSplitAndTrainer()
    {
        Write("fruit", Header, Rows(240));
        Write("other", Header, Rows(80));

        (int exitCode, string[] output, string[] errors) = SampleProcess.Run(
            Sample, "--data", _data.Path, "--only", "fruit",
            "--trainers", "LbfgsMaximumEntropy", "SpikingClif", "--splits", "2", "--results", _results.Path);

        Assert.AreEqual(0, exitCode, string.Join('\n', errors));
        string[][] lines = [.. File.ReadLines(Path.Combine(_results.Path, "tables.csv"))
            .Select(line => line.Split(','))];
        Assert.AreEqual("table,split,trainer,accuracy", string.Join(',', lines[0][..4]));
        Assert.AreSequenceEqual(
            [
                "fruit 1 SpikingClif", "fruit 1 LbfgsMaximumEntropy",
                "fruit 2 SpikingClif", "fruit 2 LbfgsMaximumEntropy",
            ],
            lines.Skip(1).Select(line => string.Join(' ', line[..3])).ToArray());
        foreach (string[] line in lines.Skip(1))
        {
            Assert.AreEqual(1, double.Parse(line[3], CultureInfo.InvariantCulture), 0.05, string.Join(',', line));
            Assert.AreEqual(0, double.Parse(line[4], CultureInfo.InvariantCulture), 0.4, string.Join(',', line));
        }
        Assert.ContainsSingle(line => line.Contains("mean rank by log loss", StringComparison.Ordinal), output);
        Assert.IsGreaterThan(1_000, new FileInfo(Path.Combine(_results.Path, "tables.png")).Length);
    }

    [TestMethod]
    public void Run_HeaderOfAnotherFormat_NamesFileAndColumn()
    {
        Write("fruit", "label\tsize", "sweet\t1");
        AssertRefused($"'{Path.Combine(_data.Path, "fruit.tsv")}' must begin with a line of names, 'label' first, " +
            "then 'n:NAME' or 'c:NAME' for each column; it has 'size'.", 1);
    }

    [TestMethod]
    public void Run_NoTables_NamesTheFolder() =>
        AssertRefused($"'{_data.Path}' is not a folder of *.tsv or *.tsv.gz files; name one by --data.", 1);

    [TestMethod]
    public void Run_UnknownTable_NamesThoseThatExist()
    {
        Write("fruit", Header, Rows(10));
        AssertRefused($"'{_data.Path}' has no table 'nuts'; it has fruit.", 1, "--only", "nuts");
    }

    [TestMethod]
    public void Run_NoSplits_SaysTheRange() => AssertRefused("--splits must be at least 1.", 2, "--splits", "0");

    private void AssertRefused(string sentence, int expected, params string[] arguments)
    {
        (int exitCode, _, string[] errors) = SampleProcess.Run(Sample, ["--data", _data.Path, .. arguments]);
        Assert.AreEqual(expected, exitCode);
        Assert.AreSequenceEqual([sentence], errors);
    }

    private void Write(string name, params string[] lines) =>
        File.WriteAllLines(Path.Combine(_data.Path, name + ".tsv"), lines);

    // Color and size determine the class; every tenth weight is missing.
    private static string Rows(int count)
    {
        var random = new Random(1);
        return string.Join('\n', Enumerable.Range(0, count).Select(i =>
        {
            bool isSweet = random.Next(2) == 0;
            string size = ((isSweet ? 10 : 3) + random.NextDouble()).ToString("0.00", CultureInfo.InvariantCulture);
            string weight = i % 10 == 0 ? "" : random.Next(100).ToString(CultureInfo.InvariantCulture);
            return $"{(isSweet ? "sweet" : "sour")}\t{size}\t{(isSweet ? "red" : "green")}\t{weight}";
        }));
    }
}
