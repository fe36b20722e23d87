using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tool.Data;

namespace Microsoft.ML.Spiking.Tool.Tests;

[TestClass]
public sealed class TrainTests
{
    [TestMethod]
    [DataRow("CSV")]
    [DataRow("IDX")]
    [DataRow("images")]
    [DataRow("events")]
    public void Train_EachKindOfData_LearnsAndItsModelEvaluatesTheSameData(string kind)
    {
        using var folder = new TemporaryFolder();
        string[] data = Samples.Write(kind, folder);
        string model = folder.File("model.zip");

        ToolRun train = ToolRun.Done(["train", .. data, .. Samples.Quick, "--output", model, "--json"]);
        ToolRun evaluate = ToolRun.Done("evaluate", model, data[0], "--json");
        ToolRun predict = ToolRun.Done("predict", model, data[0], "--json", "--scores");

        Assert.AreEqual(kind, (string)train.Json["kind"]!);
        Assert.AreEqual(8, (int)train.Json["epochs"]!);
        Assert.IsGreaterThan(0.9, (double)evaluate.Json["accuracy"]!);
        JsonArray rows = predict.Json.AsArray();
        Assert.HasCount((int)evaluate.Json["rows"]!, rows);
        Assert.AreEqual((int)train.Json["rows"]!, rows.Count);
        foreach (JsonNode? row in rows)
        {
            JsonObject scores = row!["scores"]!.AsObject();
            Assert.AreEqual((double)row["probability"]!, scores.Max(score => (double)score.Value!), 1e-7);
            Assert.AreEqual(1, scores.Sum(score => (double)score.Value!), 1e-5);
        }
    }

    /// <summary>The zip is an ordinary one: ML.NET's own calls give the tool's predictions, without a label.</summary>
    [TestMethod]
    public void Model_LoadedByMLNet_GivesTheToolsPredictions()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("pebbles.csv", Samples.Pebbles()), model = folder.File("model.zip");
        ToolRun.Done(["train", data, "--label", "kind", "--ignore", "note", .. Samples.Quick, "--output", model]);
        string few = folder.Write("few.csv", "color,weight\ngray,1.5\n\"red, dark\",\nblack,22\n");

        string[] lines = ToolRun.Done("predict", model, few).Output.Trim().Split('\n');
        var ml = new MLContext();
        using PredictionEngine<Pebble, Prediction> engine =
            ml.Model.CreatePredictionEngine<Pebble, Prediction>(ml.Model.Load(model, out _));

        Assert.AreEqual("row,prediction,probability", lines[0].Trim());
        Pebble[] rows =
            [new() { weight = 1.5f, color = "gray" }, new() { weight = float.NaN, color = "red, dark" },
                new() { weight = 22, color = "black" }];
        for (int i = 0; i < rows.Length; i++)
        {
            Prediction expected = engine.Predict(rows[i]);
            Assert.AreEqual(FormattableString.Invariant($"{i},{expected.PredictedLabel},{expected.Score.Max():R}"),
                lines[i + 1].Trim());
        }
        Assert.StartsWith("0,flat,", lines[1]);
    }

    [TestMethod]
    [DataRow(";")]
    [DataRow("\t")]
    [DataRow("|")]
    public void Train_OtherSeparators_GiveTheSameModel(string separator)
    {
        using var folder = new TemporaryFolder();
        string commas = folder.Write("commas.csv", Samples.Pebbles());
        string others = folder.Write("others.csv", Samples.Pebbles(separator: separator));

        string[] scores = [.. new[] { commas, others }.Select(file =>
        {
            ToolRun.Done(["train", file, "--label", "kind", .. Samples.Quick, "--output", folder.File("m.zip")]);
            return ToolRun.Done("predict", folder.File("m.zip"), commas, "--scores").Output;
        })];

        Assert.AreEqual(scores[0], scores[1]);
    }

    [TestMethod]
    public void Train_DecimalCommas_AreNumbers()
    {
        using var folder = new TemporaryFolder();
        string text = string.Concat(Enumerable.Range(0, 40)
            .Select(i => $"{i % 2},{i % 7};{(i % 2 == 0 ? "a" : "b")}\n"));
        string data = folder.Write("commas.csv", "size;Label\n" + text), model = folder.File("m.zip");

        ToolRun.Done(["train", data, .. Samples.Quick, "--output", model]);

        new MLContext().Model.Load(model, out DataViewSchema schema);
        Assert.AreEqual(NumberDataViewType.Single, schema["size"].Type);
        Assert.AreEqual(1, (double)ToolRun.Done("evaluate", model, data, "--json").Json["accuracy"]!);
    }

    /// <summary>What counts as a missing number when columns are judged is missing when they are loaded.</summary>
    [TestMethod]
    [DataRow("")]
    [DataRow("?")]
    [DataRow("NA")]
    [DataRow("N/A")]
    [DataRow("NaN")]
    [DataRow("nan")]
    public void Load_MissingNumber_IsNaN(string missing)
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("missing.csv", $"size,Label\n1.5,a\n{missing},b\n");

        CsvSource source = CsvSource.ForTraining(new DataArguments { DataPath = data });
        float[] sizes = [.. source.Load(new MLContext()).GetColumn<float>("size")];

        Assert.AreSequenceEqual(new[] { 1.5f, float.NaN }, sizes);
    }

    /// <summary>Rows without a label are of no class of their own.</summary>
    [TestMethod]
    public void Train_RowsWithoutALabel_AreLeftOutWithOneWarning()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("pebbles.csv", Samples.Pebbles(labels: "flat,round,"));

        ToolRun run = ToolRun.Done(
            ["train", data, "--label", "kind", .. Samples.Quick, "--output", folder.File("m.zip"), "--json"]);

        Assert.AreEqual("warning: 30 rows have no label and are left out.", run.Errors.Split('\n')
            .Single(line => line.Contains("label", StringComparison.Ordinal)).Trim());
        Assert.HasCount(2, run.Json["classes"]!.AsArray());
    }

    [TestMethod]
    public void Train_TextsThatAreNoCategory_Warns()
    {
        using var folder = new TemporaryFolder();
        string text = string.Concat(Enumerable.Range(0, 80)
            .Select(i => $"name {i},{i % 2},{(i % 2 == 0 ? "a" : "b")}\n"));
        string data = folder.Write("names.csv", "who,size,Label\n" + text);

        ToolRun run = ToolRun.Done(["train", data, .. Samples.Quick, "--output", folder.File("m.zip")]);

        Assert.Contains("Column 'who' has 80 different texts in 80 rows, such as 'name 0'; if it is not a category, " +
            "leave it out with --ignore \"who\".", run.Errors);
    }

    [TestMethod]
    [DataRow("price", 60, 1, 0.5, 60)]
    [DataRow("count", 60, 1, 1, 60)]
    [DataRow("degrees", 200, 4, 0.1, 50)]
    public void Train_LabelThatIsAQuantity_Warns(string column, int rows, int rowsOfAValue, double step, int classes)
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("numbers.csv", Numbers(column, rows, rowsOfAValue, step));

        ToolRun run = ToolRun.Done(["train", data, "--label", column, "--network", "4", "--epochs", "1", "--output",
            folder.File("m.zip")]);

        Assert.Contains($"The label column '{column}' has {classes} classes in {rows} rows and looks like a number " +
            "to be predicted, not a class; group its values into a few classes, or name another column with --label.",
            run.Errors);
    }

    /// <summary>Numbers that name classes: many of a few rows each, or few.</summary>
    [TestMethod]
    [DataRow(200, 2, 1)]
    [DataRow(20, 1, 1)]
    [DataRow(20, 1, 0.5)]
    public void Warnings_OfNumbersThatNameClasses_AreNone(int rows, int rowsOfAValue, double step)
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("classes.csv", Numbers("Label", rows, rowsOfAValue, step));

        Assert.IsEmpty(CsvSource.ForTraining(new DataArguments { DataPath = data }).Warnings);
    }

    [TestMethod]
    public void Train_OfOneSeed_GivesOneModel()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("pebbles.csv", Samples.Pebbles());

        string[] scores = [.. new[] { "3", "3", "4" }.Select(seed =>
        {
            ToolRun.Done(["train", data, "--label", "kind", "--seed", seed, .. Samples.Quick, "-o",
                folder.File("m.zip")]);
            return ToolRun.Done("predict", folder.File("m.zip"), data, "--scores").Output;
        })];

        Assert.AreEqual(scores[0], scores[1]);
        Assert.AreNotEqual(scores[0], scores[2]);
    }

    [TestMethod]
    public void Train_OptionsOfTheTrainer_ReachTheNetwork()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("pebbles.csv", Samples.Pebbles()), model = folder.File("model.zip");

        ToolRun.Done("train", data, "--label", "kind", "--network", "5-7", "--time-steps", "3", "--epochs", "1",
            "--neuron", "lif,membrane-time-constant=3.5,surrogate=triangle", "--encoder", "direct", "-o", model,
                "--quiet");
        JsonNode inspected = ToolRun.Done("inspect", model, "--json").Json;

        JsonNode network = inspected["network"]!;
        Assert.AreEqual(3, (int)network["timeSteps"]!);
        JsonNode neuron = network["layers"]!.AsArray().First(layer => (string)layer!["type"]! == "neuron")!["neuron"]!;
        Assert.AreEqual("lif", (string)neuron["type"]!);
        Assert.AreEqual(3.5, (double)neuron["membraneTimeConstant"]!);
        Assert.AreEqual("triangle", (string)neuron["surrogate"]!["type"]!);
        Assert.AreSequenceEqual(new[] { "flat", "round", "sharp" },
            inspected["classes"]!.AsArray().Select(name => (string)name!).ToArray());
    }

    /// <summary>What is trained when Ctrl-C comes is kept.</summary>
    [TestMethod]
    public void Train_CancelledAfterAnEpoch_KeepsTheModelAndReturns130()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("pebbles.csv", Samples.Pebbles()), model = folder.File("model.zip");
        using var stop = new CancellationTokenSource();

        ToolRun run = ToolRun.Stopped(stop, new StoppingWriter("epoch 2 of 500", stop),
            "train", data, "--label", "kind", "--network", "16", "--epochs", "500", "-o", model, "--json");

        Assert.AreEqual(ExitCodes.Cancelled, run.ExitCode);
        Assert.IsTrue((bool)run.Json["cancelled"]!);
        Assert.IsLessThan(20, (int)run.Json["epochs"]!);
        ToolRun.Done("evaluate", model, data);
    }

    [TestMethod]
    public void Train_CancelledBeforeItBegins_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("pebbles.csv", Samples.Pebbles()), model = folder.File("model.zip");
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        ToolRun run = ToolRun.Stopped(stop, new StringWriter(),
            "train", data, "--label", "kind", "--network", "16", "-o", model);

        Assert.AreEqual(ExitCodes.Cancelled, run.ExitCode);
        Assert.EndsWith("Cancelled; nothing was written.", run.Errors.Trim());
        Assert.IsFalse(File.Exists(model));
    }

    private static string Numbers(string label, int rows, int rowsOfAValue, double step) => $"size,{label}\n" +
        string.Concat(Enumerable.Range(0, rows)
            .Select(i => FormattableString.Invariant($"{i % 7},{3 + (i / rowsOfAValue * step)}\n")));

    private sealed class Pebble
    {
#pragma warning disable IDE1006 // the names of the file's columns
        public float weight { get; set; }

        public string color { get; set; } = "";
#pragma warning restore IDE1006
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    /// <summary>Standard error that stops the run at a line.</summary>
    private sealed class StoppingWriter(string start, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith(start, StringComparison.Ordinal) == true)
            {
                stop.Cancel();
            }
        }
    }
}
