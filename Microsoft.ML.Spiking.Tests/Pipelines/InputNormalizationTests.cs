using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

[TestClass]
public sealed class InputNormalizationTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Fit_MeasuredChannels_AreSavedAndScoredWithTheModel()
    {
        List<Flower> rows = Flowers.Rows();
        rows.ForEach(row => row.Features[1] = (row.Features[1] * 1_000) - 7_000);
        IDataView data = Flowers.Keyed(_ml, rows);

        SpikingPredictionTransformer model =
            Flowers.Fit(_ml, data, options => options.InputNormalization = new ChannelNormalization());

        float[] scale = model.Model.Weights["input.scale"].Values.ToArray(),
            shift = model.Model.Weights["input.shift"].Values.ToArray();
        for (int i = 0; i < 4; i++)
        {
            double[] values = [.. rows.Select(row => (double)(row.Features[i] * scale[i]) + shift[i])];
            Assert.AreEqual(0, values.Average(), 1e-4);
            Assert.AreEqual(1, values.Average(value => value * value), 1e-3);
        }
        using var zip = new MemoryStream();
        _ml.Model.Save(model, data.Schema, zip);
        ITransformer loaded = new MLContext().Model.Load(zip, out _);
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(loaded.Transform(data)).MicroAccuracy);
    }

    [TestMethod]
    public void Fit_GivenChannels_AreTakenAsTheyAre()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml), options =>
            options.InputNormalization =
                new ChannelNormalization { Means = [1, 2, 0, 0], StandardDeviations = [2, 4, 1, 1] });

        Assert.AreSequenceEqual([0.5f, 0.25f, 1f, 1f], model.Model.Weights["input.scale"].Values.ToArray());
        Assert.AreSequenceEqual([-0.5f, -0.5f, 0f, 0f], model.Model.Weights["input.shift"].Values.ToArray());
    }

    [TestMethod]
    public void Bind_MlpOnImages_NormalizesChannelsBeforeItMakesVectors()
    {
        NetworkDefinition network =
            new Mlp(5).Bind(Bindings.Image(3, 4) with { InputNormalization = new ChannelNormalization() });

        Assert.AreSequenceEqual([3, 4, 4], network.InputShape.ToArray());
        LayerAssert.AreEqual(new AffineLayer("input", 3), network.Layers[0]);
        LayerAssert.AreEqual(new FlattenLayer("flatten1"), network.Layers[1]);
        LayerAssert.AreEqual(new LinearLayer("fc1", 48, 5), network.Layers[2]);
    }

    [TestMethod]
    public void Fit_MeansOfAnotherCount_NamesBoth() => AssertRefused<NetworkDefinitionException>(
        options =>
            options.InputNormalization = new ChannelNormalization { Means = [1, 2], StandardDeviations = [1, 2] },
        "ChannelNormalization has means for 2 channels, but the features have the shape [4]");

    [TestMethod]
    public void Fit_CropOfVectors_NamesTheOptionToSet() => AssertRefused<ArgumentException>(
        options => options.Augmentation = new ImageAugmentation { CropPadding = 1 },
        "The augmentation needs images, but the features have the shape [4]; where they are images, say so with the " +
        "option InputShape");

    [TestMethod]
    public void Fit_CropAsLargeAsTheImage_NamesBoth() => AssertRefused<ArgumentException>(
        options => (options.InputShape, options.Augmentation) = ([1, 2, 2], new ImageAugmentation { CropPadding = 2 }),
        "ImageAugmentation.CropPadding is 2, but the images are 2x2; it must be less than both.");

    [TestMethod]
    public void Fit_MlpOnImagesWithAugmentation_Trains() => Flowers.Fit(_ml, Flowers.Keyed(_ml), options =>
        (options.InputShape, options.Augmentation) =
            ([1, 2, 2], new ImageAugmentation { CropPadding = 1, CutoutSize = 1, CutmixAlpha = 1 }));

    private void AssertRefused<T>(Action<SpikingClifTrainer.Options> change, string sentence) where T : Exception =>
        Assert.Contains(sentence, Assert.Throws<T>(() => Flowers.Fit(_ml, Flowers.Keyed(_ml), change)).Message);
}
