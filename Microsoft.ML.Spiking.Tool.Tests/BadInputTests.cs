using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tool.Tests;

/// <summary>Bad input: one sentence, no stack trace, exit code 2 (1 where the work itself failed).</summary>
[TestClass]
public sealed class BadInputTests
{
    private static readonly TemporaryFolder Folder = new();
    private static string _data = "", _model = "";

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        _data = Folder.Write("pebbles.csv", Samples.Pebbles());
        _model = Folder.File("model.zip");
        ToolRun.Done(["train", _data, "--label", "kind", .. Samples.Quick, "--output", _model]);
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void Command_Unknown_NamesTheNearest() =>
        Refused("There is no command 'trian'; nearest: train.", "trian");

    [TestMethod]
    public void Option_Unknown_NamesTheNearest() =>
        Refused("There is no option '--epoch'; nearest: --epochs", "train", _data, "--epoch", "3");

    [TestMethod]
    public void Option_OutOfItsRange_IsNamedAsItIsWritten() => Refused(
        "The options have 2 faults: (1) --time-steps is 0; it must be from 1 to 1000. (2) --batch-size is 0; it must " +
        "be from 1 to 65536.", "train", _data, "--label", "kind", "--time-steps", "0", "--batch-size", "0");

    [TestMethod]
    [DataRow("--epochs", "many", "--epochs: 'many' is not a whole number.")]
    [DataRow("--dropout", "x", "--dropout: 'x' is not a number, such as 0.001.")]
    [DataRow("--neuron", "clef", "--neuron: 'clef' is not one of clif, lif, plif, klif, if, relu, " +
        "first-spike, burst.")]
    [DataRow("--neuron", "clif,tau=2", "--neuron: 'tau' is not one of membrane-time-constant,")]
    [DataRow("--optimizer", "adem", "--optimizer: 'adem' is not one of sgd,")]
    [DataRow("--network", "big", "--network: 'big' is not a network; write \"512-512\"")]
    [DataRow("--holdout", "1.5", "--holdout is 1.5; it must be at least 0 and below 1.")]
    [DataRow("--seed", "-1", "--seed is -1; it must be from 0 to 2147483647.")]
    [DataRow("--separator", "dots", "--separator is 'dots'; write comma, semicolon, tab, pipe or one character.")]
    public void Option_ValueThatIsNone_SaysWhatIs(string option, string value, string sentence) =>
        Refused(sentence, "train", _data, "--label", "kind", option, value);

    [TestMethod]
    public void Data_Missing_IsNamed() =>
        Refused("There is no file or folder 'nowhere.csv'.", "train", "nowhere.csv");

    [TestMethod]
    public void Model_Missing_IsNamed() => Refused("There is no model 'none.zip'.", "evaluate", "none.zip", _data);

    [TestMethod]
    public void LabelColumn_Missing_NamesTheColumns()
    {
        Refused($"'{_data}' has no label column 'Label'; there are: weight, color, kind, note. Name it with --label.",
            "train", _data);
        Refused($"'{_data}' has no label column 'knd'; nearest: kind. Name it with --label.",
            "train", _data, "--label", "knd");
    }

    [TestMethod]
    public void Label_SeenOnlyInTestData_IsNamed()
    {
        string data = Folder.Write("new.csv", Samples.Pebbles(labels: "flat,round,broken"));

        Refused("The data has labels that the model does not know: 'broken' (30 rows); it knows flat, round, sharp.",
            "evaluate", _model, data);
    }

    [TestMethod]
    public void Classes_OnlyOne_IsSaid() => Refused(
        "All rows have the label 'flat'; a network needs at least two classes to tell apart.",
        "train", Folder.Write("one.csv", Samples.Pebbles(labels: "flat")), "--label", "kind");

    [TestMethod]
    [DataRow("", "is empty.")]
    [DataRow("weight,color,kind,note\n", "has no rows.")]
    public void Data_Empty_IsSaid(string text, string sentence)
    {
        string data = Folder.Write("empty.csv", text);

        Refused($"'{data}' {sentence}", "train", data, "--label", "kind");
        Refused($"'{data}' {sentence}", "predict", _model, data);
    }

    [TestMethod]
    public void Model_ThatIsNone_IsSaid() => Refused(
        $"'{_data}' is not a model that can be loaded:", "inspect", _data);

    [TestMethod]
    public void Model_WithoutANetworkOfOurs_IsSaid()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable(new[] { new Row { X = 1 }, new Row { X = 2 } });
        string path = Folder.File("other.zip");
        ml.Model.Save(ml.Transforms.NormalizeMinMax("X").Fit(rows), rows.Schema, path);

        Refused($"'{path}' is a model of ML.NET without a spiking network.", "inspect", path);
    }

    [TestMethod]
    public void Model_ForABooleanLabel_IsRefusedByEveryCommand()
    {
        var ml = new MLContext(seed: 1);
        IDataView rows = ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 20).Select(i => new BooleanRow { Features = [i], Label = i > 9 }));
        string path = Folder.File("boolean.zip");
        ml.Model.Save(ml.BinaryClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
        {
            Network = new Mlp(4),
            Epochs = 1,
            Device = ComputeDevice.Cpu,
        }).Fit(rows), rows.Schema, path);
        string sentence = $"The network in '{path}' is for a Boolean label; this tool takes those for classes by name.";

        foreach (string[] command in (string[][])[["evaluate", path, _data], ["predict", path, _data],
            ["inspect", path], ["convert", path, Folder.File("boolean.onnx")]])
        {
            Refused(sentence, command);
        }
    }

    [TestMethod]
    public void Columns_OfAnotherFile_NamesTheNearest()
    {
        string data = Folder.Write("columns.csv", Samples.Pebbles().Replace("weight", "wait",
            StringComparison.Ordinal));

        Refused($"'{data}' has no column 'weight', and the model needs it; nearest: wait.", "predict", _model, data);
    }

    [TestMethod]
    public void Columns_TextWhereTheModelHasNumbers_NamesTheRow()
    {
        string data = Folder.Write("text.csv", "weight,color,note\n1,gray,-\nheavy,gray,-\n");

        Refused($"Column 'weight' has numbers in the model, but row 2 of '{data}' has 'heavy'.", "predict", _model,
            data);
    }

    [TestMethod]
    public void Rows_OfAnotherLength_NamesTheRow()
    {
        string data = Folder.Write("ragged.csv", "a,Label\n1,x\n2\n");

        Refused($"Row 2 of '{data}' has 1 fields, the first line has 2", "train", data, "--separator", "comma");
    }

    [TestMethod]
    public void Output_InAFolderThatIsNotThere_IsSaid()
    {
        string output = Folder.File(Path.Combine("nowhere", "model.zip"));
        string sentence = $"'{output}' cannot be written: there is no folder '{Path.GetDirectoryName(output)}'.";

        Refused(sentence, "train", _data, "--label", "kind", "--output", output);
        Refused(sentence, "convert", _model, output, "--to", "folded");
    }

    [TestMethod]
    public void Html_WhereAFileIs_IsSaid() =>
        Refused($"The page cannot be written: '{_data}' is a file; name a folder.",
            "inspect", _model, _data, "--html", _data);

    [TestMethod]
    public void Inspect_RectifiersWithData_SaysThatTheyDoNotSpike()
    {
        string model = Folder.File("relu.zip");
        ToolRun.Done(["train", _data, "--label", "kind", "--neuron", "relu", "--time-steps", "1", .. Samples.Quick,
            "--output", model]);

        Refused("which does not spike", ExitCodes.Failed, "inspect", model, _data);
    }

    [TestMethod]
    public void Inspect_RowThatIsNotThere_IsSaid() =>
        Refused("There is no row 90; the data has rows 0 to 89.", "inspect", _model, _data, "--rows", "90");

    [TestMethod]
    public void Convert_ClifToNir_SaysWhy() =>
        Refused("are ClifNeuron with the soft reset", ExitCodes.Failed, "convert", _model, Folder.File("model.nir"));

    [TestMethod]
    public void Convert_ToLifWithoutData_SaysWhatIsMissing() => Refused(
        "--to lif needs --data: labelled rows that the reset is chosen by.",
        "convert", _model, Folder.File("lif.zip"), "--to", "lif");

    [TestMethod]
    public void Convert_EndingThatSaysNothing_SaysWhatDoes() =>
        Refused("does not say what to convert to", "convert", _model, Folder.File("other.zip"));

    [TestMethod]
    public void Image_Damaged_IsNamed()
    {
        using var folder = new TemporaryFolder();
        string photos = Samples.WriteImages(folder), damaged = Path.Combine(photos, "red", "00.png");
        File.WriteAllText(damaged, "no image");

        Refused($"'{damaged}' is not an image that can be read; repair or remove it.", "train", photos);
    }

    [TestMethod]
    public void ClassFolder_Empty_IsNamed()
    {
        using var folder = new TemporaryFolder();
        string photos = Samples.WriteImages(folder), empty = Path.Combine(photos, "green");
        Directory.CreateDirectory(empty);

        Refused($"'{empty}' has no images", "train", photos);
    }

    [TestMethod]
    public void Idx_CutOff_IsSaid()
    {
        using var folder = new TemporaryFolder();
        string images = Samples.WriteIdx(folder);
        File.WriteAllBytes(images, File.ReadAllBytes(images)[..^5]);

        Refused($"'{images}' is cut off or damaged: it announces 40 images of 6 x 6, and has 1435 bytes of pixels.",
            "train", images);
    }

    [TestMethod]
    public void Recordings_WithoutTheSizeOfTheSensor_AreRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["a", "b"])
        {
            Directory.CreateDirectory(folder.File(name));
            File.WriteAllBytes(Path.Combine(folder.File(name), "1.bin"), new byte[10]);
        }

        Refused("does not say the size of the camera's image; give it with --sensor", "train", folder.Path);
    }

    [TestMethod]
    public void Hdf5_IsForTheLibrary() => Refused("spiking audio is read by the library", "train",
        Folder.Write("shd.h5", "x"));

    private static void Refused(string sentence, params string[] arguments) =>
        Refused(sentence, ExitCodes.Usage, arguments);

    private static void Refused(string sentence, int exitCode, params string[] arguments)
    {
        ToolRun run = ToolRun.Of(arguments);

        Assert.AreEqual(exitCode, run.ExitCode, run.Errors);
        Assert.Contains(sentence, run.Errors);
        Assert.IsEmpty(run.Output);
        Assert.DoesNotContain("   at ", run.Errors);
        Assert.IsLessThanOrEqualTo(2, run.Errors.Trim().Split('\n')
            .Count(line => !line.StartsWith("warning", StringComparison.Ordinal)));
    }

    private sealed class Row
    {
        public float X { get; set; }
    }

    private sealed class BooleanRow
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}
