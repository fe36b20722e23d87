namespace Microsoft.ML.Spiking.Tool.Tests;

/// <summary>No command overwrites what it reads, or writes two things to one file.</summary>
[TestClass]
public sealed class OutputPathTests
{
    private static readonly TemporaryFolder Folder = new();
    private static string _data = "", _model = "", _photos = "";

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        _data = Folder.Write("a.csv", Samples.Pebbles());
        _model = Folder.File("m.zip");
        _photos = Samples.WriteImages(Folder);
        Samples.WriteIdx(Folder);
        ToolRun.Done(["train", _data, "--label", "kind", .. Samples.Quick, "--output", _model]);
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    /// <summary>Each {name} is a file of the folder that the test writes.</summary>
    [TestMethod]
    [DataRow("predict {m.zip} {a.csv} --output {a.csv}", "--output '{a.csv}' would overwrite the data;")]
    [DataRow("predict {m.zip} {a.csv} --output {m.zip}", "--output '{m.zip}' would overwrite the model;")]
    [DataRow("predict {m.zip} {photos} -o {photos/red/00.png}", "--output '{photos/red/00.png}' would overwrite the")]
    [DataRow("train {a.csv} --label kind --output {a.csv}", "--output '{a.csv}' would overwrite the data;")]
    [DataRow("train {a.csv} --label kind --output {m.zip} --history {a.csv}",
        "--history '{a.csv}' would overwrite the data;")]
    [DataRow("train {b.csv} --label kind --validation {a.csv} --output {a.csv}", "overwrite the validation data;")]
    [DataRow("train {a.csv} --label kind --output {x} --history {x}", "--output and --history are both '{x}';")]
    [DataRow("train {a.csv} --label kind --output {x} --checkpoint-folder {x}",
        "--output and --checkpoint-folder are both '{x}';")]
    [DataRow("train {a.csv} --label kind --checkpoint-folder {a.csv}",
        "--checkpoint-folder '{a.csv}' would overwrite the data;")]
    [DataRow("train {train-images-idx3-ubyte} --output {train-labels-idx1-ubyte}", "would overwrite the labels;")]
    [DataRow("train {train-images-idx3-ubyte} --labels {a.csv} --output {a.csv}", "would overwrite the labels;")]
    [DataRow("train {photos} --output {photos/red/00.png}", "would overwrite the data;")]
    [DataRow("sweep {a.csv} --label kind --output {a.csv}", "--output '{a.csv}' would overwrite the data;")]
    [DataRow("sweep {a.csv} --label kind --storage {a.csv}", "--storage '{a.csv}' would overwrite the data;")]
    [DataRow("sweep {a.csv} --label kind --output {x} --storage {x}", "--output and --storage are both '{x}';")]
    [DataRow("convert {m.zip} {m.zip} --to onnx", "The output '{m.zip}' would overwrite the model;")]
    [DataRow("convert {m.zip} {a.csv} --to lif --data {a.csv}", "The output '{a.csv}' would overwrite the data;")]
    [DataRow("inspect {m.zip} {photos/red/row-0.png} --html {photos/red}", "would overwrite the data;")]
    [DataRow("inspect {index.html} --html {.}", "would overwrite the model;")]
    public void Output_ThatIsAnInputOrAnotherOutput_IsRefused(string line, string sentence)
    {
        string Real(string text) => text.Replace("{", Folder.Path + Path.DirectorySeparatorChar,
            StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);

        Refused(Real(sentence), [.. line.Split(' ').Select(Real)]);
    }

    [TestMethod]
    public void Output_WrittenAnotherWay_IsTheSameFile()
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, _data);
        string roundabout = Path.Combine(Folder.Path, ".", "photos", "..", "a.csv");

        Refused("would overwrite the data;", "predict", _model, _data, "--output", relative);
        Refused("would overwrite the data;", "predict", _model, relative, "--output", _data);
        Refused("would overwrite the data;", "predict", _model, _data, "--output", roundabout);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows, IgnoreMessage = "Links there need a right.")]
    public void Output_BehindALink_IsTheSameFile()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("link.csv"), directory = folder.File("links"), loop = folder.File("loop.csv");
        File.CreateSymbolicLink(file, _data);
        Directory.CreateSymbolicLink(directory, Folder.Path);
        File.CreateSymbolicLink(loop, Path.Combine(loop, "loop.csv"));

        Refused("would overwrite the data;", "predict", _model, _data, "--output", file);
        Refused("would overwrite the data;", "predict", _model, file, "--output", Path.Combine(directory, "a.csv"));
        ToolRun.Done("predict", _model, _data, "--output", loop, "--quiet");
    }

    [TestMethod]
    public void Output_BesideTheData_IsWritten()
    {
        using var folder = new TemporaryFolder();
        string photos = Samples.WriteImages(folder), model = Path.Combine(photos, "model.zip");
        string[] train = ["train", photos, "--image-size", "6", .. Samples.Quick, "--output", model];

        ToolRun.Done(train);
        ToolRun.Done(train);
        ToolRun.Done("predict", model, photos, "--output", Path.Combine(photos, "red", "predictions.csv"), "--quiet");
    }

    [TestMethod]
    public void Convert_ToAModelInItsPlace_IsDone()
    {
        using var folder = new TemporaryFolder();
        string model = folder.File("m.zip");
        File.Copy(_model, model);

        ToolRun.Done("convert", model, model, "--to", "folded");
        ToolRun.Done("inspect", model);
    }

    private static void Refused(string sentence, params string[] arguments)
    {
        DateTime before = File.GetLastWriteTimeUtc(_data);

        ToolRun run = ToolRun.Of(arguments);

        Assert.AreEqual(ExitCodes.Usage, run.ExitCode, run.Errors);
        Assert.Contains(sentence, run.Errors);
        Assert.HasCount(1, run.Errors.Trim().Split('\n'));
        Assert.IsEmpty(run.Output);
        Assert.AreEqual(before, File.GetLastWriteTimeUtc(_data));
    }
}
