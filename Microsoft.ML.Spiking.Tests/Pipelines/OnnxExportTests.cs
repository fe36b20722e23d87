namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// An export to ONNX, which is not possible: it must say so instead of writing a file without the network.
/// </summary>
[TestClass]
public sealed class OnnxExportTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ConvertToOnnx_PipelineWithANetwork_IsRefusedByNameAndWritesNothing(bool endsWithTheNetwork)
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flowers.Rows());
        IEstimator<ITransformer> trainer = _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick());
        var featurized = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.NormalizeMinMax("Features"));
        ITransformer model = endsWithTheNetwork ? featurized.Append(trainer).Fit(data)
            : featurized.Append(trainer).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data);

        AssertRefused(model, data, "SpikingPredictionTransformer");
    }

    [TestMethod]
    public void ConvertToOnnx_TransformerAloneOrLoaded_IsRefusedByName()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);

        AssertRefused(model, data, "SpikingPredictionTransformer");
        AssertRefused(_ml.Model.Load(stream, out _), data, "SpikingPredictionTransformer");
    }

    [TestMethod]
    public void ConvertToOnnx_BinaryNetwork_IsRefusedByName()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(TwoClasses.Rows());

        AssertRefused(TwoClasses.Trainer(_ml).Fit(data), data, "SpikingBinaryPredictionTransformer");
    }

    [TestMethod]
    public void ConvertToOnnx_TransformersBeforeTheNetwork_AreExported()
    {
        IDataView data = Flowers.Keyed(_ml);
        ITransformer featurizer = _ml.Transforms.NormalizeMinMax("Features").Fit(data);
        using var stream = new MemoryStream();

        _ml.Model.ConvertToOnnx(featurizer, _ml.Transforms.DropColumns("Tail").Fit(data).Transform(data), stream);

        Assert.IsGreaterThan(0, stream.Length);
    }

    private void AssertRefused(ITransformer model, IDataView data, string transformer)
    {
        using var stream = new MemoryStream();

        NotSupportedException fault =
            Assert.ThrowsExactly<NotSupportedException>(() => _ml.Model.ConvertToOnnx(model, data, stream));

        Assert.Contains("SpikingClif", fault.Message);
        Assert.Contains(transformer, fault.Message);
        Assert.Contains("Model.Save", fault.Message);
        Assert.AreEqual(0, stream.Length);
    }
}
