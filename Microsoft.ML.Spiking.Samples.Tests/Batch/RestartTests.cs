namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

[TestClass]
public sealed class RestartTests
{
    private const int Rows = 30_000;
    private const string Damaged = "'predictions.csv.progress' is damaged: give --overwrite to start again.";

    [TestMethod]
    public void Run_KilledSeveralTimes_GivesTheBytesOfAnUninterruptedRun()
    {
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(Rows, seed: 2));
        run.Run("--input", "rows.csv", "--output", "whole.csv");

        KillAfter(run, blocks: 3, "--input", "rows.csv", "--block", "1000");
        KillAfter(run, blocks: 5, "--input", "rows.csv", "--block", "777");
        Assert.IsFalse(File.Exists(run.In("predictions.csv")), "It was not killed in the middle.");
        string output = run.Run("--input", "rows.csv");

        Assert.MatchesRegex(@"resuming after [0-9,]+ of 30,000 rows", output);
        Assert.AreSequenceEqual(File.ReadAllBytes(run.In("whole.csv")), File.ReadAllBytes(run.In("predictions.csv")));
        Assert.AreSequenceEqual(new[] { "model.zip", "predictions.csv", "rows.csv", "whole.csv" },
            Directory.GetFiles(run.In("")).Select(Path.GetFileName).Order().ToArray());
    }

    [TestMethod]
    public void Run_KilledWhileItWroteABlock_CutsOffWhatIsIncomplete()
    {
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(Rows, seed: 2));
        run.Run("--input", "rows.csv", "--output", "whole.csv");
        KillAfter(run, blocks: 2, "--input", "rows.csv", "--block", "1000");
        File.AppendAllText(run.In("predictions.csv.partial"), "c,0.1,0.");
        File.WriteAllText(run.In("predictions.csv.progress.tmp"), "{\"Jo");

        run.Run("--input", "rows.csv");

        Assert.AreSequenceEqual(File.ReadAllBytes(run.In("whole.csv")), File.ReadAllBytes(run.In("predictions.csv")));
    }

    [TestMethod]
    public void Run_BegunWithAnotherModelInputOrOptions_IsNotGoneOnWith()
    {
        const string Sentence = "'predictions.csv.partial' was begun with another model, input or options: " +
            "give --overwrite to start again.";
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(Rows, seed: 2);
        run.WriteRows(rows);
        KillAfter(run, blocks: 2, "--input", "rows.csv", "--block", "1000");

        Assert.AreEqual(Sentence, run.Fault("--input", "rows.csv", "--header"));
        TestModel.Save(run.In("other.zip"), seed: 2);
        Assert.AreEqual(Sentence, run.Fault("--input", "rows.csv", "--model", "other.zip"));
        run.WriteRows(rows[..100]);
        Assert.AreEqual(Sentence, run.Fault("--input", "rows.csv"));
        run.Run("--input", "rows.csv", "--overwrite");

        Assert.HasCount(101, File.ReadAllLines(run.In("predictions.csv")));
    }

    /// <summary>A file that was rewritten with the same length and time counts as another input.</summary>
    [TestMethod]
    public void Run_InputRewrittenWithEqualLengthAndTime_IsNotContinued()
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(Rows, seed: 2);
        run.WriteRows(rows);
        DateTime written = File.GetLastWriteTimeUtc(run.In("rows.csv"));
        long length = new FileInfo(run.In("rows.csv")).Length;
        KillAfter(run, blocks: 2, "--input", "rows.csv", "--block", "1000");
        run.WriteRows(rows.Reverse());
        File.SetLastWriteTimeUtc(run.In("rows.csv"), written);
        Assert.AreEqual(length, new FileInfo(run.In("rows.csv")).Length);

        Assert.Contains("was begun with another model, input or options", run.Fault("--input", "rows.csv"));
    }

    [TestMethod]
    [DataRow("0.1,0.2")]
    [DataRow("0.1,0.2,0.3,0.4,0.5,0.6\n")]
    public void Run_InputGrowsMeanwhile_EndsWithASentence(string appended)
    {
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(10 * Rows, seed: 2));

        using ChildProcess process = run.Start("--input", "rows.csv", "--block", "1000");
        process.ReadLine(); // the first block is written, and the file has been checked
        File.AppendAllText(run.In("rows.csv"), appended);
        int code = process.WaitForExit();

        Assert.AreEqual(2, code, process.Output);
        Assert.AreEqual(
            "'rows.csv' was changed while it was read; its predictions are discarded: run this again.", process.Errors);
        Assert.AreSequenceEqual(new[] { "model.zip", "rows.csv" },
            Directory.GetFiles(run.In("")).Select(Path.GetFileName).Order().ToArray());
    }

    [TestMethod]
    [DataRow("garbage")]
    [DataRow("null")]
    [DataRow("{}")]
    [DataRow("")]
    public void Run_ProgressFileOfGarbage_IsRefused(string garbage)
    {
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(10, seed: 2));
        File.WriteAllText(run.In("predictions.csv.partial"), "whatever");
        File.WriteAllText(run.In("predictions.csv.progress"), garbage);

        Assert.AreEqual(Damaged, run.Fault("--input", "rows.csv"));
    }

    [TestMethod]
    public void Run_ProgressFileWithImpossibleCounts_IsRefused()
    {
        (string Text, string Damaged)[] cases =
        [
            ("\"Rows\":", "\"Rows\":-"),
            ("\"Rows\":", "\"Rows\":9"),
            ("\"Bytes\":", "\"Bytes\":-"),
            ("\"Bytes\":", "\"Bytes\":9"),
            ("\"Rows\":", "\"Rows\":9999999999999999999"),
        ];
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(Rows, seed: 2));
        KillAfter(run, blocks: 2, "--input", "rows.csv", "--block", "1000");
        string progress = File.ReadAllText(run.In("predictions.csv.progress"));
        foreach ((string text, string damaged) in cases)
        {
            File.WriteAllText(
                run.In("predictions.csv.progress"), progress.Replace(text, damaged, StringComparison.Ordinal));

            Assert.AreEqual(Damaged, run.Fault("--input", "rows.csv"), damaged);
        }
    }

    /// <summary>
    /// Kills the process after it has reported this many blocks: within a block, a write or a rename.
    /// </summary>
    private static void KillAfter(BatchRun run, int blocks, params string[] arguments)
    {
        using ChildProcess process = run.Start(arguments);
        for (int heard = 0; heard < blocks;)
        {
            heard += process.ReadLine()?.Contains(" of ", StringComparison.Ordinal) == true ? 1 : 0;
        }
        process.Kill();
    }
}
