using BatchScoring;

namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

/// <summary>One file scored by many processes, as a scheduler starts, kills and starts them again.</summary>
[TestClass]
public sealed class PartitionTests
{
    private const int Partitions = 3;

    [TestMethod]
    public void Of_AnyNumberOfRows_GivesEachRowToOnePartition()
    {
        long[] rows = [0, 1, 2, 7, 100, 1_000_003, long.MaxValue];
        foreach (long count in rows)
        {
            for (int partitions = 1; partitions <= 20; partitions++)
            {
                RowRange[] parts =
                    [.. Enumerable.Range(1, partitions).Select(number => new Partition(number, partitions).Of(count))];

                Assert.AreEqual(0, parts[0].First);
                Assert.AreEqual(count, parts[^1].End);
                Assert.AreSequenceEqual(
                    parts.Skip(1).Select(part => part.First), parts.SkipLast(1).Select(part => part.End));
                Assert.IsTrue(parts.All(part => part.Count - (count / partitions) is 0 or 1));
            }
        }
    }

    /// <summary>
    /// Partitions are started in random order and killed at random moments; later all that are not complete end.
    /// </summary>
    [TestMethod]
    [DataRow("csv")]
    [DataRow("parquet")]
    public async Task Run_PartitionsKilledAtRandom_GiveEachRowOnce(string format)
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(30_000, seed: 2);
        run.WriteRows(rows);
        ParquetRows.WriteLists(run.In("rows.parquet"), rows, groupRows: 8500);
        string[] arguments = ["--input", $"rows.{format}", "--output", $"out.{format}", "--block", "100"];
        run.RunHere("--input", $"rows.{format}", "--output", $"whole.{format}");

        var random = new Random(3);
        var open = new List<int>(Enumerable.Range(1, Partitions));
        int kills = 0;
        while (open.Count > 0)
        {
            int number = open[random.Next(open.Count)];
            using ChildProcess process = run.Start([.. arguments, "--partition", $"{number}/{Partitions}"]);
            if (kills < Partitions)
            {
                for (int blocks = random.Next(12); blocks > 0; blocks--)
                {
                    process.ReadLine();
                }
                process.Kill();
                kills += File.Exists(run.In(Output(number, format))) ? 0 : 1;
                continue;
            }
            Assert.AreEqual(0, process.WaitForExit(), process.Errors);
            open.Remove(number);
        }

        string[] outputs = [.. Enumerable.Range(1, Partitions).Select(number => run.In(Output(number, format)))];
        Assert.AreSequenceEqual(outputs,
            Directory.GetFiles(run.Folder, "out*").Order(StringComparer.Ordinal), "Something was left behind.");
        if (format == "csv")
        {
            string[] whole = File.ReadAllLines(run.In("whole.csv"));
            Assert.AreSequenceEqual(whole[1..], outputs.SelectMany(path => File.ReadLines(path).Skip(1)).ToArray());
            Assert.IsTrue(outputs.All(path => File.ReadLines(path).First() == whole[0]));
        }
        else
        {
            var parts = new List<(long Row, string? Label, float?[] Scores)>();
            foreach (string path in outputs)
            {
                parts.AddRange(await ParquetRows.ReadAsync(path));
            }
            (long Row, string? Label, float?[] Scores)[] whole = await ParquetRows.ReadAsync(run.In("whole.parquet"));
            Assert.HasCount(rows.Length, whole);
            Assert.AreSequenceEqual(whole.Select(row => row.Row), parts.Select(row => row.Row));
            Assert.AreSequenceEqual(whole.Select(row => row.Label), parts.Select(row => row.Label));
            Assert.AreSequenceEqual(whole.SelectMany(row => row.Scores), parts.SelectMany(row => row.Scores));
        }
        // A scheduler that starts them all once more changes nothing.
        DateTime[] written = [.. outputs.Select(File.GetLastWriteTimeUtc)];
        for (int number = 1; number <= Partitions; number++)
        {
            Assert.AreEqual(
                $"partition {number}/{Partitions} is complete: 10,000 rows in '{Output(number, format)}'",
                run.RunHere([.. arguments, "--partition", $"{number}/{Partitions}", "--overwrite"]));
        }
        Assert.AreSequenceEqual(written, outputs.Select(File.GetLastWriteTimeUtc));
    }

    [TestMethod]
    [DataRow("csv")]
    [DataRow("parquet")]
    public void Run_MorePartitionsThanRows_LeavesSomeEmpty(string format)
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(2, seed: 2);
        run.WriteRows(rows);
        ParquetRows.WriteLists(run.In("rows.parquet"), rows, groupRows: 2);
        run.RunHere("--input", "rows.csv", "--output", "whole.csv");

        for (int number = 1; number <= 12; number++)
        {
            run.RunHere("--input", $"rows.{format}", "--output", "out.csv", "--partition", $"{number}/12");
        }

        string[] outputs = Directory.GetFiles(run.Folder, "out-*-of-12.csv");
        Assert.HasCount(12, outputs);
        Assert.AreSequenceEqual(File.ReadAllLines(run.In("whole.csv"))[1..],
            outputs.Order(StringComparer.Ordinal).SelectMany(path => File.ReadLines(path).Skip(1)).ToArray());
    }

    [TestMethod]
    [DataRow("csv")]
    [DataRow("parquet")]
    public void Run_OutputOfSomethingElse_IsKeptUnlessItMayBeOverwritten(string format)
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(40, seed: 2);
        ParquetRows.WriteLists(run.In("rows.parquet"), rows, groupRows: 20);
        string[] arguments = ["--input", "rows.parquet", "--output", $"out.{format}", "--partition", "1/2"];
        string output = $"out-1-of-2.{format}", orOther = ": give --overwrite to score again, or another --output.";
        run.RunHere(arguments);

        TestModel.Save(run.In("other.zip"), seed: 2);
        Assert.AreEqual($"'{output}' holds predictions of another model{orOther}",
            run.Fault([.. arguments, "--model", "other.zip"]));
        Assert.AreEqual($"'{output}' holds predictions of another input, or with other options{orOther}",
            run.Fault([.. arguments, "--allow-missing"]));
        ParquetRows.WriteLists(run.In("rows.parquet"), [.. rows.Reverse()], groupRows: 20);
        Assert.AreEqual($"'{output}' holds predictions of another input, or with other options{orOther}",
            run.Fault(arguments));
        ParquetRows.WriteLists(run.In("rows.parquet"), rows, groupRows: 20);
        File.AppendAllText(run.In(output), "x");
        Assert.AreEqual($"'{output}' has changed since it was complete{orOther}", run.Fault(arguments));
        File.Delete(run.In($".{output}.complete"));
        Assert.AreEqual(
            $"'{output}' exists already, and '.{output}.complete' does not say what it holds{orOther}",
            run.Fault(arguments));
        Assert.Contains("20 rows in", run.RunHere([.. arguments, "--overwrite"]));
        Assert.Contains("is complete", run.RunHere(arguments));
    }

    /// <summary>A partition reads the file to its own end, so that its hash says nothing; its time does.</summary>
    [TestMethod]
    public void Run_InputChangesBehindThePartition_EndsWithASentence()
    {
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(200_000, seed: 2));

        using ChildProcess process = run.Start("--input", "rows.csv", "--block", "1000", "--partition", "1/2");
        process.ReadLine(); // the first block is written, and the file has been checked
        File.AppendAllText(run.In("rows.csv"), "0.1,0.2,0.3,0.4,0.5,0.6\n");
        int code = process.WaitForExit();

        Assert.AreEqual(2, code, process.Output);
        Assert.AreEqual(
            "'rows.csv' was changed while it was read; its predictions are discarded: run this again.", process.Errors);
        Assert.IsEmpty(Directory.GetFiles(run.Folder, "predictions*"));
    }

    private static string Output(int number, string format) => $"out-{number}-of-{Partitions}.{format}";
}
