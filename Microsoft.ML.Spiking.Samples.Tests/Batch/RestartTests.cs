namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

[TestClass]
public sealed class RestartTests
{
    private const int Rows = 30_000;

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

        Assert.MatchesRegex(@"going on after [0-9,]+ of 30,000 rows", output);
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
        const string Sentence =
            "'predictions.csv.partial' was begun with another model, input or options: give --overwrite to start again.";
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

    [TestMethod]
    [DataRow("garbage")]
    [DataRow("null")]
    [DataRow("")]
    public void Run_ProgressFileOfGarbage_IsRefused(string garbage)
    {
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(10, seed: 2));
        File.WriteAllText(run.In("predictions.csv.partial"), "whatever");
        File.WriteAllText(run.In("predictions.csv.progress"), garbage);

        Assert.Contains("was begun with another model, input or options", run.Fault("--input", "rows.csv"));
    }

    /// <summary>Reads so many blocks' lines and kills: in a block, in a write, in a renaming.</summary>
    private static void KillAfter(BatchRun run, int blocks, params string[] arguments)
    {
        using ChildProcess process = run.Start(arguments);
        for (int heard = 0; heard < blocks; heard += process.ReadLine()?.Contains(" of ", StringComparison.Ordinal) == true ? 1 : 0)
        {
        }
        process.Kill();
    }
}
