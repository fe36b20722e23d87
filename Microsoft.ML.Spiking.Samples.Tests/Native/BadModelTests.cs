using Microsoft.ML.Spiking.Runtime;

namespace Microsoft.ML.Spiking.Samples.Tests.Native;

/// <summary>Zips that cannot be scored without ML.NET: each is refused with a sentence.</summary>
[TestClass]
public sealed class BadModelTests
{
    [TestMethod]
    public void Load_TransformsBeforeTheNetwork_AreRefusedByName()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        TestModel.Save(path, seed: 1);

        NotSupportedException fault = Assert.ThrowsExactly<NotSupportedException>(() => SpikingModel.Load(path));

        Assert.AreEqual("The model has transforms before its network, which this package does not run: a " +
            "normalization such as NormalizeMinMax or NormalizeMeanVariance; give rows that have gone through them, " +
            "as the trainer saw them, and say so (ignoreTransforms: true), or train without them: the network " +
            "normalizes its input itself.", fault.Message);
    }

    [TestMethod]
    [DataRow("OneHotEncoding", "OneHotEncoding or MapKeyToVector")]
    [DataRow("FeaturizeText", "FeaturizeText")]
    [DataRow("ReplaceMissingValues", "ReplaceMissingValues")]
    public void Load_Featurizer_IsRefusedByName(string featurizer, string name)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEnumerable(TestModel.Rows(30, seed: 1));
        ITransformer before = featurizer switch
        {
            "OneHotEncoding" => ml.Transforms.Categorical.OneHotEncoding("Other", "Label").Fit(data),
            "FeaturizeText" => ml.Transforms.Text.FeaturizeText("Other", "Label").Fit(data),
            _ => ml.Transforms.ReplaceMissingValues("Other", "Features").Fit(data),
        };
        ITransformer network = NativeModel.Network("vector").CreateTransformer(ml, NativeModel.Classes);
        ml.Model.Save(new Data.TransformerChain<ITransformer>(before, network), data.Schema, path);

        Assert.Contains($" not run: {name}; give rows",
            Assert.ThrowsExactly<NotSupportedException>(() => SpikingModel.Load(path)).Message);
        Assert.AreEqual(6, SpikingModel.Load(path, ignoreTransforms: true).FeatureCount);
    }

    [TestMethod]
    public void Load_TransformsBehindTheNetwork_DoNotMatter()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEnumerable(TestModel.Rows(30, seed: 1));
        SpikingPredictionTransformer network = NativeModel.Network("vector").CreateTransformer(ml, NativeModel.Classes);
        ITransformer after = ml.Transforms.NormalizeMinMax("Score").Fit(network.Transform(data));
        ml.Model.Save(new Data.TransformerChain<ITransformer>(network, after), data.Schema, path);

        Assert.AreEqual(3, SpikingModel.Load(path).ClassCount);
    }

    [TestMethod]
    public void Load_ModelWithoutOrWithTwoNetworks_SaysSo()
    {
        using var folder = new TemporaryFolder();
        string none = Path.Combine(folder.Path, "none.zip"), two = Path.Combine(folder.Path, "two.zip");
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEnumerable(TestModel.Rows(30, seed: 1));
        ITransformer network = NativeModel.Network("vector").CreateTransformer(ml, NativeModel.Classes);
        ml.Model.Save(ml.Transforms.NormalizeMinMax("Features").Fit(data), data.Schema, none);
        ml.Model.Save(new Data.TransformerChain<ITransformer>(network, network), data.Schema, two);

        Assert.AreEqual("The file has no spiking network; it must be a model that ML.NET saved with one.",
            Assert.ThrowsExactly<FormatException>(() => SpikingModel.Load(none)).Message);
        Assert.AreEqual("The file has 2 spiking networks; only a model with one can be scored here.",
            Assert.ThrowsExactly<FormatException>(() => SpikingModel.Load(two)).Message);
    }

    /// <summary>A changed byte is found where it matters: what loads gives the scores of the whole file.</summary>
    [TestMethod]
    public void Load_DamagedFile_SaysSoOrScoresAsBefore()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.zip");
        NativeModel.Save(NativeModel.Network("vector"), path);
        byte[] bytes = File.ReadAllBytes(path);
        float[] row = NativeModel.Rows(1, 6)[0];
        IReadOnlyList<float> expected = SpikingModel.Load(path).Predict(row).Probabilities;
        using var noZip = new MemoryStream([1, 2, 3, 4]);
        using var cut = new MemoryStream(bytes[..(bytes.Length / 2)]);

        Assert.StartsWith("The file is not a zip, or is damaged",
            Assert.ThrowsExactly<FormatException>(() => SpikingModel.Load(noZip)).Message);
        Assert.ThrowsExactly<FormatException>(() => SpikingModel.Load(cut));
        int refused = 0;
        for (int at = 0; at < bytes.Length; at += 7)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 0x55;
            using var stream = new MemoryStream(damaged);
            try
            {
                Assert.AreSequenceEqual(expected, SpikingModel.Load(stream).Predict(row).Probabilities, $"byte {at}");
            }
            catch (Exception exception) when (exception is FormatException or NotSupportedException)
            {
                refused++;
            }
        }
        Assert.IsGreaterThan(bytes.Length / 20, refused);
    }

    [TestMethod]
    public void Load_StreamThatCannotSeek_SaysWhatToDo()
    {
        using var stream = new System.IO.Compression.DeflateStream(
            new MemoryStream(), System.IO.Compression.CompressionMode.Decompress);

        Assert.StartsWith("The stream is not seekable; copy it into a file or into memory.",
            Assert.ThrowsExactly<ArgumentException>(() => SpikingModel.Load(stream)).Message);
    }
}
