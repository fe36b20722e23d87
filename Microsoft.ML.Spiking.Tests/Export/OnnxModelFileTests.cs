using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Spiking.Export.Onnx;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Tests.Scoring;

namespace Microsoft.ML.Spiking.Tests.Export;

/// <summary>Metadata of exported files, and networks that are not exported.</summary>
[TestClass]
public sealed class OnnxModelFileTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void ExportToOnnx_TrainedModel_PredictsAsTheModelDoes()
    {
        IDataView data = Flowers.Keyed(_ml, Flowers.Rows(count: 1_200));
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "flowers.onnx");

        model.ExportToOnnx(path);

        using var onnx = new OnnxScorer(File.ReadAllBytes(path));
        float[] features = [.. Flowers.Rows(count: 1_200).SelectMany(flower => flower.Features)];
        Dictionary<string, Array> outputs = onnx.Run(features, 1_200);
        IDataView scored = _ml.Transforms.Conversion.MapKeyToValue("Text", "PredictedLabel")
            .Fit(model.Transform(data)).Transform(model.Transform(data));
        float[] expected = [.. _ml.Data.CreateEnumerable<Scored>(scored, false).SelectMany(row => row.Score)];
        float[] scores = (float[])outputs["Score"];
        Assert.HasCount(expected.Length, scores);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], scores[i], 1e-4f, $"score {i}");
        }
        Scored[] rows = [.. _ml.Data.CreateEnumerable<Scored>(scored, false)];
        Assert.AreSequenceEqual(rows.Select(row => row.PredictedLabel).ToArray(), (uint[])outputs["PredictedLabel"]);
        Assert.AreSequenceEqual(rows.Select(row => row.Text).ToArray(), (string[])outputs["PredictedLabelText"]);
        Assert.HasCount(3, rows.Select(row => row.Text).Distinct());
    }

    [TestMethod]
    public void ExportToOnnx_Stream_HasMetadataAndTheShapesOfOneRowWithFreeRows()
    {
        using var stream = new MemoryStream();
        Flowers.Fit(_ml, Flowers.Keyed(_ml)).ExportToOnnx(stream);

        using var onnx = new OnnxScorer(stream.ToArray());
        ModelMetadata metadata = onnx.Session.ModelMetadata;
        Assert.AreEqual("Microsoft.ML.Spiking", metadata.ProducerName);
        Assert.AreEqual("2", metadata.CustomMetadataMap["spiking.time_steps"]);
        Assert.AreEqual("ClifNeuron", metadata.CustomMetadataMap["spiking.neurons"]);
        Assert.AreEqual("DirectEncoder", metadata.CustomMetadataMap["spiking.encoder"]);
        Assert.AreSequenceEqual(
            new[] { "a", "b", "c" },
            JsonSerializer.Deserialize<string[]>(metadata.CustomMetadataMap["spiking.classes"])!);
        Assert.Contains("\"clif\"", metadata.CustomMetadataMap["spiking.network"]);
        Assert.StartsWith("0.", metadata.CustomMetadataMap["spiking.library_version"]);
        Assert.AreSequenceEqual(new[] { -1, 4 }, onnx.Session.InputMetadata["Features"].Dimensions);
        Assert.AreSequenceEqual(new[] { "rows", "" }, onnx.Session.InputMetadata["Features"].SymbolicDimensions);
        Assert.AreSequenceEqual(new[] { -1, 3 }, onnx.Session.OutputMetadata["Score"].Dimensions);
        Assert.AreSequenceEqual(new[] { -1, 1 }, onnx.Session.OutputMetadata["PredictedLabel"].Dimensions);
        Assert.AreSequenceEqual(new[] { -1, 1 }, onnx.Session.OutputMetadata["PredictedLabelText"].Dimensions);
    }

    [TestMethod]
    public void ExportToOnnx_WithSpikeCounts_GivesTheFiringRatesOfTheReport()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model =
            Flowers.Fit(_ml, data, options => options.Network = new Mlp(16, 12));
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "flowers.onnx");

        model.ExportToOnnx(path, new OnnxExportOptions { HasSpikeCounts = true });

        using var onnx = new OnnxScorer(File.ReadAllBytes(path));
        float[] features = [.. Flowers.Rows().SelectMany(flower => flower.Features)];
        Dictionary<string, Array> outputs = onnx.Run(features, 90);
        foreach (LayerFiring layer in _ml.Model.FiringRates(model, data).Layers)
        {
            float[] counts = (float[])outputs[$"Spikes.{layer.Name}"];
            Assert.HasCount(90 * layer.Neurons, counts);
            Assert.IsTrue(counts.All(count => count is 0 or 1 or 2));
            Assert.AreEqual(layer.Rate, counts.Average() / 2, 1e-3);
        }
        Assert.HasCount(5, outputs);
    }

    [TestMethod]
    public void Write_LargerThanTheFormatAllows_IsRefusedWithBothSizes()
    {
        NetworkDefinition network = new Mlp(8).Bind(Bindings.Of([4]));
        NetworkWeights weights = RandomNetwork.Weights(network, 2);
        using var stream = new MemoryStream();
        var file = new OnnxModelFile("Features", "PredictedLabel", "Score", null, null) { LargestFile = 200 };

        // The weights alone are larger, or only the whole file is.
        foreach ((long limit, string needed) in new[] { (200L, "268"), (268L, "") })
        {
            NotSupportedException fault = Assert.ThrowsExactly<NotSupportedException>(
                () => (file with { LargestFile = limit }).Write(stream, network, weights));
            Assert.StartsWith($"The network was not exported to ONNX: it needs {needed}", fault.Message);
            Assert.Contains($"and a file of that format holds at most {limit}; save the model with", fault.Message);
        }

        Assert.AreEqual(0, stream.Length);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(7)]
    public void Export_AnyNumberOfRows_GivesEachRowItsScores(int rows)
    {
        NetworkDefinition network = new ConvNet(6).Bind(Bindings.Image(2, 8) with { TimeSteps = 3 });
        NetworkWeights weights = RandomNetwork.Weights(network, 2);
        float[] features = RandomNetwork.Rows(7, network.InputSize, 3);
        using var onnx = new OnnxScorer(OnnxScorer.Export(network, weights));

        (float[] all, _) = onnx.Score(features, network.InputSize);
        float[] some = (float[])onnx.Run(features[..(rows * network.InputSize)], rows)["Score"];

        Assert.HasCount(rows * network.ClassCount, some);
        for (int i = 0; i < some.Length; i++)
        {
            Assert.AreEqual(all[i], some[i], 1e-6f);
        }
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void Export_RowWithAValueThatIsNotFinite_HasNoScoresAndDisturbsNoOther(float value)
    {
        NetworkDefinition network = new Mlp(8).Bind(Bindings.Of([4]));
        NetworkWeights weights = RandomNetwork.Weights(network, 2);
        float[] features = RandomNetwork.Rows(3, 4, 3);
        using var onnx = new OnnxScorer(OnnxScorer.Export(network, weights, classes: ["a", "b", "c"]));
        float[] before = (float[])onnx.Run(features, 3)["Score"];
        features[5] = value;

        Dictionary<string, Array> outputs = onnx.Run(features, 3);

        float[] scores = (float[])outputs["Score"];
        Assert.IsTrue(scores[3..6].All(float.IsNaN));
        Assert.AreSequenceEqual(before[..3], scores[..3]);
        Assert.AreSequenceEqual(before[6..], scores[6..]);
        Assert.AreEqual(0u, ((uint[])outputs["PredictedLabel"])[1]);
        Assert.AreNotEqual(0u, ((uint[])outputs["PredictedLabel"])[0]);
        Assert.AreEqual("", ((string[])outputs["PredictedLabelText"])[1]);
    }

    [TestMethod]
    public void ExportToOnnx_BinaryModel_GivesLabelLogOddsAndProbability()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(TwoClasses.Rows());
        SpikingBinaryPredictionTransformer model = TwoClasses.Trainer(_ml).Fit(data);
        using var stream = new MemoryStream();

        model.ExportToOnnx(stream);

        using var onnx = new OnnxScorer(stream.ToArray());
        float[] features = [.. TwoClasses.Rows().SelectMany(row => row.Features)];
        int rows = features.Length / 3;
        Dictionary<string, Array> outputs = onnx.Run(features, rows);
        TwoClassPrediction[] expected =
            [.. _ml.Data.CreateEnumerable<TwoClassPrediction>(model.Transform(data), false)];
        Assert.HasCount(rows, expected);
        for (int row = 0; row < rows; row++)
        {
            Assert.AreEqual(expected[row].Score, ((float[])outputs["Score"])[row], 1e-3f);
            Assert.AreEqual(expected[row].Probability, ((float[])outputs["Probability"])[row], 1e-4f);
            Assert.AreEqual(expected[row].PredictedLabel, ((bool[])outputs["PredictedLabel"])[row]);
        }
        Assert.HasCount(2, expected.Select(row => row.PredictedLabel).Distinct());
    }

    [TestMethod]
    public void ExportToOnnx_PoissonEncoder_IsRefusedInASentenceAndWritesNothing()
    {
        SpikingPredictionTransformer model =
            Flowers.Fit(_ml, Flowers.Keyed(_ml), options => options.Encoder = new PoissonEncoder());
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.onnx");

        NotSupportedException fault = Assert.ThrowsExactly<NotSupportedException>(() => model.ExportToOnnx(path));

        Assert.AreEqual("The network was not exported to ONNX: its PoissonEncoder draws random spikes, which no ONNX " +
            "model repeats; train with the DirectEncoder or the LatencyEncoder, or save the model with Model.Save " +
            "and score it with this library.", fault.Message);
        Assert.IsFalse(File.Exists(path));
    }

    [TestMethod]
    public void ExportToOnnx_FileThatCannotBeWritten_IsNamed()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "missing", "model.onnx");

        IOException fault = Assert.ThrowsExactly<IOException>(() => model.ExportToOnnx(path));

        Assert.StartsWith($"The model was not exported: '{path}' could not be written: ", fault.Message);
    }

    [TestMethod]
    public void Export_LayerNamesOfAllKinds_Load()
    {
        NetworkDefinition network = RandomNetwork.Define(2, 3, 2,
            new LinearLayer("a/b", 3, 4),
            new NeuronLayer("größe \"x\"\n", new ClifNeuron()), new LinearLayer("a", 4, 2));

        using var onnx = new OnnxScorer(OnnxScorer.Export(network, RandomNetwork.Weights(network, 1)));

        Assert.HasCount(4, (float[])onnx.Run(RandomNetwork.Rows(2, 3, 1), 2)["Score"]);
    }

    private sealed class Scored
    {
        public uint PredictedLabel { get; set; }

        public string Text { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
