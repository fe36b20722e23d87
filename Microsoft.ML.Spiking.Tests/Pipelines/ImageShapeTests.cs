using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>The trainer detects the shape of images and of rows with time steps.</summary>
[TestClass]
public sealed class ImageShapeTests
{
    private const int Features = 2 * 2 * 4 * 4;

    private readonly MLContext _ml = new(1);

    [TestMethod]
    [DataRow(new[] { Features }, new[] { 4, 4, 4 }, new[] { 4, 4, 4 })]
    [DataRow(new[] { 4, 4, 4 }, null, new[] { 4, 4, 4 })]
    [DataRow(new[] { Features }, new[] { 2, 2, 4, 4 }, new[] { 2, 4, 4 })]
    [DataRow(new[] { 2, 2, 4, 4 }, null, new[] { 2, 4, 4 })]
    public void Fit_ImagesByColumnOrOption_TrainsOnTheirShape(int[] column, int[]? given, int[] step)
    {
        SpikingPredictionTransformer model = Fit(column, options => options.InputShape = given);

        NetworkDefinition network = model.Model.Network;
        Assert.AreSequenceEqual(step, network.InputShape.ToArray());
        Assert.AreEqual(step.Length < (given ?? column).Length, network.HasTimeAxis);
        Assert.AreEqual(network.HasTimeAxis ? 2 : 3, network.TimeSteps);
        Assert.AreEqual(Features, network.InputSize);
        Assert.IsTrue(model.Model.Weights.All(array => array.Values.ToArray().All(float.IsFinite)));
    }

    [TestMethod]
    public void Fit_OptionsOfTheNetwork_ReachItsLayers()
    {
        NetworkDefinition network = Fit([Features], options =>
        {
            options.InputShape = [4, 4, 4];
            options.Encoder = new PoissonEncoder { Rate = 0.5 };
            options.BatchNorm = BatchNormMode.AcrossTime;
            options.Dropout = 0.1;
        }).Model.Network;

        Assert.AreEqual(new PoissonEncoder { Rate = 0.5 }, network.Encoder);
        Assert.IsInstanceOfType<ConvolutionLayer>(network.Layers[0]); // spikes are not scaled
        Assert.AreEqual(BatchNormMode.AcrossTime, network.Layers.OfType<BatchNormLayer>().Single().Mode);
        Assert.AreEqual(0.1, network.Layers.OfType<DropoutLayer>().Single().Rate);
    }

    [TestMethod]
    public void Fit_ShapeOfAnotherSize_SaysBothNumbers()
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(
            () => Fit([Features], options => options.InputShape = [1, 8, 9])).Message;

        Assert.Contains("[1, 8, 9] has 72 values", message);
        Assert.Contains("has 64", message);
    }

    [TestMethod]
    public void Fit_FlatFeaturesForAConvolution_AsksForTheShape() =>
        Assert.Contains("InputShape", Assert.ThrowsExactly<NetworkDefinitionException>(() => Fit([Features])).Message);

    [TestMethod]
    public void Load_SavedConvolutions_HasTheSameNetworkAndWeights()
    {
        SpikingPredictionTransformer model = Fit([2, 2, 4, 4]);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, Images([2, 2, 4, 4]).Schema, stream);

        SpikingModelParameters loaded = ((SpikingPredictionTransformer)_ml.Model.Load(stream, out _)).Model;

        LayerAssert.AreEqual(model.Model.Network.Layers, loaded.Network.Layers);
        Assert.IsTrue(loaded.Network.HasTimeAxis);
        foreach ((WeightArray expected, WeightArray actual) in model.Model.Weights.Zip(loaded.Weights))
        {
            Assert.AreSequenceEqual(expected.Values.ToArray(), actual.Values.ToArray());
        }
    }

    private SpikingPredictionTransformer Fit(int[] column, Action<SpikingClifTrainer.Options>? change = null) =>
        Flowers.Fit(_ml, Images(column), options =>
        {
            options.Network = new ConvNet(3);
            options.Epochs = 1;
            options.TimeSteps = 3;
            options.Dropout = 0;
            change?.Invoke(options);
        });

    private IDataView Images(int[] column)
    {
        var random = new Random(1);
        var schema = SchemaDefinition.Create(typeof(Image));
        schema[nameof(Image.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, column);
        return _ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 32).Select(i => new Image
            {
                Label = (uint)(i % 3),
                Features = [.. Enumerable.Range(0, Features).Select(_ => random.NextSingle())],
            }),
            schema);
    }

    private sealed class Image
    {
        [KeyType(3)]
        public uint Label { get; set; }

        public float[] Features { get; set; } = [];
    }
}
