namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

[TestClass]
public sealed class ParquetTests
{
    /// <summary>All ways of reading and writing give the same bits.</summary>
    [TestMethod]
    public async Task Run_Parquet_GivesThePredictionsOfCsv()
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(1000, seed: 2);
        run.WriteRows(rows);
        ParquetRows.WriteLists(run.In("lists.parquet"), rows, groupRows: 300);
        ParquetRows.WriteColumns(run.In("columns.parquet"), rows, groupRows: 400);

        run.RunHere("--input", "rows.csv", "--output", "expected.csv");
        run.RunHere("--input", "lists.parquet", "--output", "lists.csv");
        run.RunHere("--input", "columns.parquet", "--columns", "f0..f4,f5", "--output", "columns.csv");
        run.RunHere("--input", "lists.parquet", "--output", "out.parquet", "--block", "250");

        byte[] expected = File.ReadAllBytes(run.In("expected.csv"));
        Assert.AreSequenceEqual(expected, File.ReadAllBytes(run.In("lists.csv")));
        Assert.AreSequenceEqual(expected, File.ReadAllBytes(run.In("columns.csv")));
        (long Row, string? Label, float?[] Scores)[] written = await ParquetRows.ReadAsync(run.In("out.parquet"));
        Answer[] answers = TestModel.Answers(run.In("model.zip"), rows);
        Assert.HasCount(rows.Length, written);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.AreEqual(i, written[i].Row);
            Assert.AreEqual(answers[i].PredictedLabel, written[i].Label);
            Assert.AreSequenceEqual(answers[i].Score, written[i].Scores.Select(score => score!.Value));
        }
    }

    [TestMethod]
    public async Task Run_OtherNumbersAndMissingOnes_AreReadAndLeftEmpty()
    {
        using var run = new BatchRun();
        ParquetRows.WriteTypes(run.In("rows.parquet"), 0.25, 1, 0, 2);
        File.WriteAllText(run.In("rows.csv"), "0.25,1,0,2,1,0\n");
        string[] columns = ["--columns", "a,b,c,d,b,c"];

        run.RunHere("--input", "rows.csv", "--output", "expected.csv");
        run.RunHere(["--input", "rows.parquet", .. columns, "--output", "numbers.csv"]);
        ParquetRows.WriteTypes(run.In("rows.parquet"), 0.25, 1, null, 2);
        Assert.AreEqual("Row 0 of 'rows.parquet', counted from 0: column 'c' holds no finite number.",
            run.Fault(["--input", "rows.parquet", .. columns]));
        run.RunHere(["--input", "rows.parquet", .. columns, "--output", "missing.parquet", "--allow-missing"]);

        Assert.AreSequenceEqual(
            File.ReadAllBytes(run.In("expected.csv")), File.ReadAllBytes(run.In("numbers.csv")));
        (_, string? label, float?[] scores) = (await ParquetRows.ReadAsync(run.In("missing.parquet"))).Single();
        Assert.IsNull(label);
        Assert.AreSequenceEqual(new float?[] { null, null, null }, scores);
    }

    [TestMethod]
    [DataRow("--input columns.parquet",
        "'columns.parquet' has no column 'Features', which the model reads; it has 'name', 'f0', 'f1', 'f2', 'f3', " +
        "'f4', 'f5': say with --columns which of them are the model's 6 features.")]
    [DataRow("--input columns.parquet --columns f0..f6",
        "'columns.parquet' has no column 'f0..f6', which --columns names; it has 'name', 'f0', 'f1', 'f2', 'f3', " +
        "'f4', 'f5'.")]
    [DataRow("--input columns.parquet --columns f0..f4", "--columns names 5 columns; the model takes 6 features.")]
    [DataRow("--input columns.parquet --columns name..f4",
        "Column 'name' of 'columns.parquet' holds text; the model's features are numbers.")]
    [DataRow("--input types.parquet --columns a,b,c,d,yes,b",
        "Column 'yes' of 'types.parquet' holds true or false; the model's features are numbers.")]
    [DataRow("--input short.parquet",
        "Row 3 of 'short.parquet', counted from 0: column 'Features' holds 5 values; the model takes 6 features.")]
    [DataRow("--input short.parquet --columns Features,Features",
        "Column 'Features' of 'short.parquet' has no numbers: the features are columns of numbers, or one column of " +
        "lists of numbers.")]
    [DataRow("--input nan.parquet",
        "Row 1 of 'nan.parquet', counted from 0: value 4 of column 'Features' is no finite number.")]
    [DataRow("--input large.parquet",
        "Row 1 of 'large.parquet', counted from 0, cannot be scored: its values are too large for the model.")]
    [DataRow("--input columns.parquet --features 2-7",
        "--features is for CSV; the columns of 'columns.parquet' have names: say with --columns which of them are " +
        "features.")]
    [DataRow("--input columns.parquet --output p.parquet --separator ;",
        "--separator is for CSV; 'columns.parquet' and 'p.parquet' are not.")]
    public void Run_BadParquet_EndsWithASentence(string arguments, string sentence)
    {
        using var run = new BatchRun();
        SampleRow[] rows = TestModel.Rows(5, seed: 2);
        ParquetRows.WriteColumns(run.In("columns.parquet"), rows, groupRows: 5);
        ParquetRows.WriteTypes(run.In("types.parquet"), 1, 2, 3, 4);
        rows[1].Features[3] = float.NaN;
        ParquetRows.WriteLists(run.In("nan.parquet"), rows, groupRows: 5);
        rows[1].Features[3] = 3e38f;
        ParquetRows.WriteLists(run.In("large.parquet"), rows, groupRows: 5);
        rows[1].Features[3] = 0;
        rows[3].Features = rows[3].Features[1..];
        ParquetRows.WriteLists(run.In("short.parquet"), rows, groupRows: 2);

        Assert.AreEqual(sentence, run.Fault(arguments.Split(' ')));
        Assert.IsFalse(File.Exists(run.In("predictions.csv")));
    }

    [TestMethod]
    public void Run_DamagedParquet_EndsWithASentence()
    {
        using var run = new BatchRun();
        ParquetRows.WriteLists(run.In("rows.parquet"), TestModel.Rows(200, seed: 2), groupRows: 50);
        byte[] whole = File.ReadAllBytes(run.In("rows.parquet"));
        int[] lengths = [0, 3, 7, 100, whole.Length / 2, whole.Length - 1];
        foreach (int length in lengths)
        {
            File.WriteAllBytes(run.In("rows.parquet"), whole[..length]);
            Assert.StartsWith("'rows.parquet' is not Parquet that can be read here: ",
                run.Fault("--input", "rows.parquet"), $"{length}");
        }
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(run.In("rows.parquet"), damaged);
            (int code, _, string errors) = LoadedSample.Run(run.Folder, "--input", "rows.parquet", "--overwrite");
            Assert.IsTrue(code == 0 || (code == 2 && errors.Length > 0 && !errors.Contains('\n')), errors);
        }
    }

    /// <summary>The heap is limited to less than the rows and the predictions would take in memory.</summary>
    [TestMethod]
    public void Run_ParquetLargerThanTheMemory_IsScored()
    {
        using var run = new BatchRun();
        SampleRow row = TestModel.Rows(1, seed: 2)[0];
        const int Rows = 400_000;
        ParquetRows.WriteLists(
            run.In("rows.parquet"), [.. Enumerable.Repeat(row, Rows)], groupRows: 20_000);

        var environment = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "1400000" /* 20 MB */ };
        using ChildProcess process = run.Start(environment, "--input", "rows.parquet", "--output", "out.parquet");
        int code = process.WaitForExit();

        Assert.AreEqual(0, code, process.Errors);
        Assert.Contains("400,000 rows in 'out.parquet'", process.Output);
    }
}
