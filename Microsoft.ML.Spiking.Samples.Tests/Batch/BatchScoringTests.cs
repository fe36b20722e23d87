using System.Globalization;

namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

[TestClass]
public sealed class BatchScoringTests
{
    [TestMethod]
    public void Run_Rows_WritesWhatTheModelSaysInTheirOrder()
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(1000, seed: 2);
        run.WriteRows(rows);

        string output = run.Run("--input", "rows.csv", "--block", "300");

        Assert.AreSequenceEqual(Expected(run, rows), File.ReadAllLines(run.In("predictions.csv")));
        Assert.Contains("300 of 1,000 rows", output);
        Assert.Contains("1,000 of 1,000 rows", output);
        Assert.Contains("1,000 rows in 'predictions.csv'", output);
        Assert.AreSequenceEqual(new[] { "model.zip", "predictions.csv", "rows.csv" },
            Directory.GetFiles(run.In("")).Select(Path.GetFileName).Order().ToArray());
    }

    [TestMethod]
    public void Run_HeaderOtherFieldsAndTabs_ScoresTheFeaturesAlone()
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(50, seed: 2);
        run.WriteRows(rows, before: "\"a\tname\"\t", after: "\t1e99", separator: '\t');
        string[] lines = File.ReadAllLines(run.In("rows.csv"));
        File.WriteAllLines(run.In("rows.csv"), ["name\tf1\tf2\tf3\tf4\tf5\tf6\tlast", .. lines]);

        run.Run("--input", "rows.csv", "--output", "out.csv", "--features", "2-7", "--header", "--separator", "tab");

        Assert.AreSequenceEqual(
            Expected(run, rows, '\t'), File.ReadAllLines(run.In("out.csv")));
    }

    /// <summary>RFC 4180 allows quoted numbers, and line ends, quotation marks and separators in quotes.</summary>
    [TestMethod]
    [DataRow("\n")]
    [DataRow("\r\n")]
    public void Run_QuotedFieldsAndByteOrderMark_AreRead(string lineEnd)
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(3, seed: 2);
        string text = string.Join(lineEnd, rows.Select(row => $"\"a \"\"name\"\", {lineEnd} or \r two\",\"" +
            $"{BatchRun.Line(row).Replace(",", "\",\"", StringComparison.Ordinal)}\""));
        File.WriteAllBytes(run.In("rows.csv"), [0xef, 0xbb, 0xbf, .. System.Text.Encoding.UTF8.GetBytes(text)]);

        run.Run("--input", "rows.csv", "--features", "2-7");

        Assert.AreSequenceEqual(Expected(run, rows), File.ReadAllLines(run.In("predictions.csv")));
    }

    [TestMethod]
    public void Run_NoRows_WritesTheLineOfNames()
    {
        using var run = new BatchRun();
        File.WriteAllText(run.In("rows.csv"), "");

        run.Run("--input", "rows.csv");

        Assert.AreSequenceEqual(Expected(run, []), File.ReadAllLines(run.In("predictions.csv")));
    }

    [TestMethod]
    public void Run_AllowMissing_LeavesTheFieldsOfSuchRowsEmpty()
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(3, seed: 2);
        File.WriteAllLines(run.In("rows.csv"),
            [BatchRun.Line(rows[0]), "1,2,x,4,5,6", BatchRun.Line(rows[1]), "1,2,3,4,5,", BatchRun.Line(rows[2])]);

        run.Run("--input", "rows.csv", "--allow-missing");

        string[] expected = Expected(run, rows);
        Assert.AreSequenceEqual(new[] { expected[0], expected[1], ",,,", expected[2], ",,,", expected[3] },
            File.ReadAllLines(run.In("predictions.csv")));
    }

    /// <summary>
    /// The heap is limited to a third of the file and to less than the predictions, so it can hold neither.
    /// </summary>
    [TestMethod]
    public void Run_FileLargerThanTheMemory_IsScored()
    {
        using var run = new BatchRun();
        const int Rows = 400_000;
        string line = BatchRun.Line(TestModel.Rows(1, seed: 2)[0]);
        string text = new(' ', 200); // in a field that is not a feature
        using (StreamWriter writer = File.CreateText(run.In("rows.csv")))
        {
            for (int i = 0; i < Rows; i++)
            {
                writer.Write(line);
                writer.Write(',');
                writer.WriteLine(text);
            }
        }
        Assert.IsGreaterThan(90 << 20, new FileInfo(run.In("rows.csv")).Length);

        var environment = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "2000000" /* 32 MB */ };
        using ChildProcess process = run.Start(environment, "--input", "rows.csv", "--features", "1-6");
        int code = process.WaitForExit();

        Assert.AreEqual(0, code, process.Errors);
        Assert.HasCount(Rows + 1, File.ReadLines(run.In("predictions.csv")));
    }

    private static string[] Expected(BatchRun run, SampleRow[] rows, char separator = ',') =>
    [
        string.Join(separator, ["PredictedLabel", .. TestModel.Classes.Select(label => Quoted(label, separator))]),
        .. TestModel.Answers(run.In("model.zip"), rows).Select(answer => string.Join(separator,
            [
                Quoted(answer.PredictedLabel, separator),
                .. answer.Score.Select(score => score.ToString(CultureInfo.InvariantCulture)),
            ])),
    ];

    private static string Quoted(string label, char separator) =>
        label.Contains(separator, StringComparison.Ordinal) ? $"\"{label}\"" : label;
}
