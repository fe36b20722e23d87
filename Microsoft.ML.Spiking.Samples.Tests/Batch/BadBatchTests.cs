namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

[TestClass]
public sealed class BadBatchTests
{
    [TestMethod]
    [DataRow("1,2,3,4,5,6|1,2,3,4,5", "Line 2 of 'rows.csv' has 5 fields; the lines before it have 6.")]
    [DataRow("1,2,3,4,5,6|1,2,3,4,5,6,7", "Line 2 of 'rows.csv' has 7 fields; the lines before it have 6.")]
    [DataRow("1,2,3,4,5,6||1,2,3,4,5,6", "Line 2 of 'rows.csv' is empty: remove it.")]
    [DataRow("1,2,3,4,5,6|// a comment", "Line 2 of 'rows.csv' has 1 fields; the lines before it have 6.")]
    [DataRow("1,2,3,4,5,6|1,2,\"3\"0,4,5,6",
        "Line 2 of 'rows.csv': field 3 has a quotation mark that is neither around " +
        "the whole field nor doubled within it.")]
    [DataRow("1,2,3,4,5,6|1,2,0\"3\",4,5,6",
        "Line 2 of 'rows.csv': field 3 has a quotation mark that is neither around " +
        "the whole field nor doubled within it.")]
    [DataRow("1,2,3,4,5,6|1,2,3,4,5,\"6", "Line 2 of 'rows.csv': field 6 has a quotation mark that is neither around " +
        "the whole field nor doubled within it.")]
    [DataRow("1,2,3,4,5,6|1,2,3\r,4,5,6",
        "Line 2 of 'rows.csv': behind field 3 is a carriage return without a line feed: " +
        "end lines with a line feed, and quote fields that hold a carriage return.")]
    [DataRow("1,2,3,4,5|1,2,3,4,5",
        "The lines of 'rows.csv' have 5 fields; the model takes 6 features: say with --features FIRST-LAST which " +
        "fields those are.")]
    [DataRow("1,2,3,4,5,6|1,2,x,4,5,6", "Line 2 of 'rows.csv': field 3 is 'x', which is not a finite number.")]
    [DataRow("1,2,3,4,5,6|1,2,3,4,5,", "Line 2 of 'rows.csv': field 6 is '', which is not a finite number.")]
    [DataRow("1,2,3,4,5,NaN", "Line 1 of 'rows.csv': field 6 is 'NaN', which is not a finite number.")]
    [DataRow("1,2,3,4,1e39,6", "Line 1 of 'rows.csv': field 5 is '1e39', which is not a finite number.")]
    [DataRow("1,2,3,4,3e38,6", "Line 1 of 'rows.csv' cannot be scored: its values are too large for the model.")]
    public void Run_BadRow_EndsWithASentence(string rows, string sentence)
    {
        using var run = new BatchRun();
        File.WriteAllLines(run.In("rows.csv"), rows.Split('|'));

        Assert.AreEqual(sentence, run.Fault("--input", "rows.csv"));
        Assert.IsFalse(File.Exists(run.In("predictions.csv")));
    }

    [TestMethod]
    [DataRow("--input absent.csv", "There is no file 'absent.csv'.")]
    [DataRow("--input rows.csv --model absent.zip",
        "There is no model 'absent.zip': give the path of a zip that mlContext.Model.Save has written.")]
    [DataRow("--input rows.csv --model rows.csv",
        "'rows.csv' is not a model that can be scored here: it is not a zip.")]
    [DataRow("--input rows.csv --features 1-5", "--features 1-5 names 5 fields; the model takes 6 features.")]
    [DataRow("--input rows.csv --features 2-7", "--features 2-7 goes beyond the 6 fields of the lines of 'rows.csv'.")]
    [DataRow("--input rows.csv --features 6-1",
        "--features is '6-1'; it must be two fields counted from 1, the first one first, such as 2-785.")]
    [DataRow("--input rows.csv --block 0", "--block is '0'; it must be a whole number from 1 to 1000000.")]
    [DataRow("--input rows.csv --separator x",
        "--separator is 'x'; it must be one character that does not occur in a number, " +
        "not # or a quotation mark, or tab.")]
    [DataRow("--input rows.csv --separator #",
        "--separator is '#'; it must be one character that does not occur in a number, " +
        "not # or a quotation mark, or tab.")]
    [DataRow("--input rows.csv --partition 0/4",
        "--partition is '0/4'; it must be one of the partitions from 1/4 to 4/4.")]
    [DataRow("--input rows.csv --partition 5/4",
        "--partition is '5/4'; it must be one of the partitions from 1/4 to 4/4.")]
    [DataRow("--input rows.csv --partition third",
        "--partition is 'third'; it must be the number of a partition and how many there are, at most a million, " +
        "such as 3/16.")]
    [DataRow("--input rows.csv --partition 1/0",
        "--partition is '1/0'; it must be the number of a partition and how many there are, at most a million, " +
        "such as 3/16.")]
    [DataRow("--input rows.csv --columns a,b",
        "--columns is for Parquet: say with --features FIRST-LAST which fields of 'rows.csv' are features.")]
    [DataRow("--input rows.csv --speed 9", "Unrecognized command or argument '--speed'.")]
    [DataRow("--output p.csv", "Option '--input' is required.")]
    public void Run_BadArguments_EndsWithASentence(string arguments, string sentence)
    {
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(3, seed: 2));

        Assert.AreEqual(sentence, run.Fault(arguments.Split(' ')));
    }

    [TestMethod]
    [DataRow("1,2,3,4,5,6\r1,2,3,4,5,6\r",
        "Line 1 of 'rows.csv': behind field 6 is a carriage return without a line feed")]
    [DataRow("1,2,3,4,5,6\r", "Line 1 of 'rows.csv': behind field 6 is a carriage return without a line feed")]
    [DataRow("1,2,3,4,5,6\n1,2,\u00ff,4,5,6\n",
        "Line 2 of 'rows.csv': field 3 is '\u00ff', which is not a finite number.")]
    public void Run_BadText_EndsWithASentence(string text, string sentence)
    {
        using var run = new BatchRun();
        File.WriteAllText(run.In("rows.csv"), text);

        Assert.Contains(sentence, run.Fault("--input", "rows.csv"));
    }

    /// <summary>With this many line ends, some carriage return is the last byte of a buffer.</summary>
    [TestMethod]
    public void Run_LongFileWithBadReturnAtTheEnd_EndsWithASentence()
    {
        using var run = new BatchRun();
        File.WriteAllText(run.In("rows.csv"),
            string.Concat(Enumerable.Repeat("1,2,3,4,5,6\r\n", 40_000)) + "1,2,3,4,5\r,6\r\n");

        Assert.Contains(
            "Line 40,001 of 'rows.csv': behind field 5 is a carriage return", run.Fault("--input", "rows.csv"));
    }

    [TestMethod]
    public void Run_NotUtf8_EndsWithASentence()
    {
        using var run = new BatchRun();
        File.WriteAllBytes(run.In("rows.csv"), [.. "1,2,3,4,5,6\n"u8, 0xff, .. ",2,3,4,5,6\n"u8]);

        Assert.Contains("'rows.csv' is not UTF-8 text", run.Fault("--input", "rows.csv"));
    }

    [TestMethod]
    public void Run_OutputThatIsThere_IsKeptUnlessItMayBeOverwritten()
    {
        using var run = new BatchRun();
        run.WriteRows(TestModel.Rows(3, seed: 2));
        File.WriteAllText(run.In("predictions.csv"), "precious");

        Assert.AreEqual("'predictions.csv' exists already: give --overwrite to score again, or another --output.",
            run.Fault("--input", "rows.csv"));
        Assert.AreEqual("precious", File.ReadAllText(run.In("predictions.csv")));
        run.Run("--input", "rows.csv", "--overwrite");
        Assert.HasCount(4, File.ReadAllLines(run.In("predictions.csv")));
    }
}
