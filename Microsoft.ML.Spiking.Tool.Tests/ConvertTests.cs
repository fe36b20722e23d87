using System.Text.Json.Nodes;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tool.Tests;

[TestClass]
public sealed class ConvertTests
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
    public void Convert_ToOnnx_WritesTheNetwork()
    {
        string output = Folder.File("model.onnx");

        ToolRun.Done("convert", _model, output);

        byte[] file = File.ReadAllBytes(output);
        Assert.Contains("spiking.network", System.Text.Encoding.Latin1.GetString(file));
    }

    [TestMethod]
    public void Convert_ToLifThenNir_GivesAModelAndAFileOfNir()
    {
        string lif = Folder.File("lif.zip"), nir = Folder.File("lif.nir");

        JsonNode json = ToolRun.Done("convert", _model, lif, "--to", "lif", "--data", _data, "--json").Json;
        JsonNode inspected = ToolRun.Done("inspect", lif, "--json").Json;
        JsonNode evaluated = ToolRun.Done("evaluate", lif, _data, "--json").Json;
        ToolRun.Done("convert", lif, nir);

        Assert.Contains("LifNeuron", (string)inspected["neurons"]![0]!);
        Assert.AreEqual((double)json["conversion"]!["accuracy"]!, (double)evaluated["accuracy"]!, 1e-12);
        Assert.AreEqual("\u0089HDF", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(nir)[..4]));
    }

    [TestMethod]
    public void Convert_Folded_KeepsScoresWithoutBatchNorms()
    {
        using var folder = new TemporaryFolder();
        string images = Samples.WriteIdx(folder), model = folder.File("conv.zip"), folded = folder.File("folded.zip");
        ToolRun.Done("train", images, "--network", "conv 4", "--epochs", "2", "-o", model, "--quiet");

        ToolRun.Done("convert", model, folded, "--to", "folded");

        Assert.Contains("batch norm", ToolRun.Done("inspect", model).Output);
        Assert.DoesNotContain("batch norm", ToolRun.Done("inspect", folded).Output);
        (double[] before, double[] after) = (Probabilities(model, images), Probabilities(folded, images));
        for (int i = 0; i < before.Length; i++)
        {
            Assert.AreEqual(before[i], after[i], 1e-5);
        }
    }

    /// <summary>A zip that the library saved, with one vector of features, is scored on as many columns.</summary>
    [TestMethod]
    public void Evaluate_ModelOfTheLibraryWithAVector_TakesColumnsInTheirOrder()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        VectorRow[] rows = [.. Enumerable.Range(0, 60).Select(i =>
            new VectorRow { Features = [i % 2, 1 - (i % 2), i % 3], Label = i % 2 == 0 ? "a" : "b" })];
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        SpikingPredictionTransformer model = ml.MulticlassClassification.Trainers.SpikingClif(
            new SpikingClifTrainer.Options { Network = new Mlp(8), Epochs = 10, LearningRate = 0.02, Seed = 1 })
                .Fit(keyed);
        ml.Model.Save(model, data.Schema, folder.File("model.zip"));
        string csv = folder.Write("rows.csv", "x,y,z,Label\n" + string.Concat(rows.Select(row =>
            FormattableString.Invariant($"{row.Features[0]},{row.Features[1]},{row.Features[2]},{row.Label}\n"))));

        JsonNode json = ToolRun.Done("evaluate", folder.File("model.zip"), csv, "--json").Json;
        ToolRun wrong = ToolRun.Of("predict", folder.File("model.zip"), csv, "--ignore", "z");

        Assert.AreEqual(ml.MulticlassClassification.Evaluate(model.Transform(keyed)).MicroAccuracy,
            (double)json["accuracy"]!, 1e-12);
        Assert.AreEqual(ExitCodes.Usage, wrong.ExitCode);
        Assert.Contains("The model takes a vector of 3 numbers", wrong.Errors);
    }

    private static double[] Probabilities(string model, string data) =>
        [.. ToolRun.Done("predict", model, data, "--json").Json.AsArray().Select(row => (double)row!["probability"]!)];

    private sealed class VectorRow
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
