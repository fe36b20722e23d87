using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// Whole pipelines through ML.NET's ConvertToOnnx and back through ApplyOnnxModel: they predict as the pipeline does,
/// or are refused with a sentence. A file without the network, or without its inputs, is never written.
/// </summary>
[TestClass]
public sealed class OnnxExportTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void ConvertToOnnx_PipelineWithFeaturizersAndKeyNames_PredictsAsThePipelineDoes()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Plain(Flowers.Rows(count: 1_000)));
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.NormalizeMinMax("Features"))
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data);

        AssertAgree(model, data);
    }

    [TestMethod]
    public void ConvertToOnnx_TransformerLoadedFromAZip_PredictsAsItDoes()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Plain(Flowers.Rows()));
        ITransformer fitted = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(fitted, data.Schema, stream);

        AssertAgree(_ml.Model.Load(stream, out _), data);
    }

    [TestMethod]
    public void ConvertToOnnx_NetworkAtTheEnd_GivesTheKey()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Plain(Flowers.Rows()));
        var model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick())).Fit(data);

        uint[] keys = [.. Back(model, data).GetColumn<uint[]>("PredictedLabel").Select(value => value[0])];

        Assert.AreSequenceEqual(model.Transform(data).GetColumn<uint>("PredictedLabel").ToArray(), keys);
        Assert.HasCount(3, keys.Distinct());
    }

    [TestMethod]
    public void ConvertToOnnx_BinaryNetwork_PredictsAsItDoes()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(TwoClasses.Rows());
        SpikingBinaryPredictionTransformer model = TwoClasses.Trainer(_ml).Fit(data);
        TwoClassPrediction[] expected =
            [.. _ml.Data.CreateEnumerable<TwoClassPrediction>(model.Transform(data), false)];

        IDataView back = Back(model, data);

        bool[] labels = [.. back.GetColumn<bool[]>("PredictedLabel").Select(value => value[0])];
        float[] scores = [.. back.GetColumn<float[]>("Score").Select(value => value[0])];
        float[] probabilities = [.. back.GetColumn<float[]>("Probability").Select(value => value[0])];
        Assert.AreSequenceEqual(expected.Select(row => row.PredictedLabel).ToArray(), labels);
        for (int row = 0; row < expected.Length; row++)
        {
            Assert.AreEqual(expected[row].Score, scores[row], 1e-3f);
            Assert.AreEqual(expected[row].Probability, probabilities[row], 1e-4f);
        }
    }

    [TestMethod]
    public void ConvertToOnnx_TwoNetworksInAPipeline_AreBothThere()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Plain(Flowers.Rows()));
        SpikingClifTrainer.Options second = Flowers.Quick();
        second.PredictedLabelColumnName = "Other";
        second.ScoreColumnName = "OtherScore";
        second.Seed = 8;
        var model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(second)).Fit(data);

        IDataView back = Back(model, data), expected = model.Transform(data);

        AssertScores(expected, back, "Score");
        AssertScores(expected, back, "OtherScore");
    }

    [TestMethod]
    public void ConvertToOnnx_PoissonEncoder_IsRefusedAndWritesNothing()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(
            _ml, data, options => options.Encoder = new PoissonEncoder());

        AssertRefused(model, data, "PoissonEncoder", "Model.Save");
    }

    [TestMethod]
    public void ConvertToOnnx_FeaturesFromATransformWithoutAForm_AreRefusedByName()
    {
        IDataView data = Flowers.Keyed(_ml);
        ITransformer missing = _ml.Transforms.CustomMapping<Replaced, Doubled>(
                (flower, doubled) => doubled.Twice = [.. flower.Features.Select(value => 2 * value)], null)
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif("Label", "Twice")).Fit(data);
        ITransformer replaced = _ml.Transforms.CustomMapping<Replaced, Replaced>(
                (flower, replaced) => replaced.Features = [.. flower.Features.Select(value => 2 * value)], null)
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick())).Fit(data);

        AssertRefused(missing, data, "'Twice'", "cannot be written");
        AssertRefused(replaced, data, "'Features'", "is replaced");
    }

    [TestMethod]
    public void ConvertToOnnx_DataOfATrainTestSplit_IsExported()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Plain(Flowers.Rows()));
        var model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick())).Fit(data);
        using var stream = new MemoryStream();

        _ml.Model.ConvertToOnnx(model, _ml.Data.ShuffleRows(data), stream);

        Assert.IsGreaterThan(2_000, stream.Length);
    }

    private void AssertAgree(ITransformer model, IDataView data)
    {
        IDataView expected = model.Transform(data), back = Back(model, data);

        AssertScores(expected, back, "Score");
        string[] labels = [.. back.GetColumn<string[]>("PredictedLabel").Select(value => value[0])];
        Assert.AreSequenceEqual(expected.GetColumn<string>("PredictedLabel").ToArray(), labels);
        Assert.HasCount(3, labels.Distinct());
    }

    private static void AssertScores(IDataView expected, IDataView back, string column)
    {
        float[] mine = [.. expected.GetColumn<float[]>(column).SelectMany(row => row)];
        float[] theirs = [.. back.GetColumn<float[]>(column).SelectMany(row => row)];
        Assert.HasCount(mine.Length, theirs);
        for (int i = 0; i < mine.Length; i++)
        {
            Assert.AreEqual(mine[i], theirs[i], 1e-4f, $"{column} {i}");
        }
    }

    /// <summary>Returns the data through the exported pipeline.</summary>
    private IDataView Back(ITransformer model, IDataView data)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "pipeline.onnx");
        using (FileStream stream = File.Create(path))
        {
            _ml.Model.ConvertToOnnx(model, data, stream);
        }
        return _ml.Transforms.ApplyOnnxModel(path).Fit(data).Transform(data);
    }

    private void AssertRefused(ITransformer model, IDataView data, params string[] words)
    {
        using var stream = new MemoryStream();

        NotSupportedException fault =
            Assert.ThrowsExactly<NotSupportedException>(() => _ml.Model.ConvertToOnnx(model, data, stream));

        foreach (string word in words)
        {
            Assert.Contains(word, fault.Message);
        }
        Assert.AreEqual(0, stream.Length);
    }

    private static IEnumerable<Measured> Plain(IEnumerable<Flower> flowers) =>
        flowers.Select(flower => new Measured { Label = flower.Label, Features = flower.Features });

    private sealed class Measured
    {
        public string Label { get; set; } = "";

        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Doubled
    {
        [VectorType(4)]
        public float[] Twice { get; set; } = [];
    }

    private sealed class Replaced
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }
}
