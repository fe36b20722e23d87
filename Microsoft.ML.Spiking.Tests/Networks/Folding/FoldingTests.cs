using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Folding;

namespace Microsoft.ML.Spiking.Tests.Networks.Folding;

[TestClass]
public sealed class FoldingTests
{
    [TestMethod]
    public void Of_BatchNorm_IsItsMultiplicationAndAddition()
    {
        var norm = new BatchNormLayer("norm", 2, epsilon: 0.25);
        NetworkWeights weights = Weights(2, norm, ("norm.weight", [3, -2]), ("norm.bias", [5, 0.5f]),
            ("norm.running_mean", [4, -1]), ("norm.running_var", [2, 3.75f]));

        ChannelAffine affine = ChannelAffine.Of(norm, weights, 2)!;

        Assert.AreSequenceEqual(new[] { 3 / 1.5, -2 / 2.0 }, affine.Scale);
        Assert.AreSequenceEqual(new[] { 5 - (4 * 2.0), 0.5 - 1 }, affine.Shift);
        Assert.IsFalse(affine.IsIdentity);
    }

    [TestMethod]
    public void Of_AffineLayer_SpreadsOnePairOverAllChannels()
    {
        var one = new AffineLayer("one", 1);
        var each = new AffineLayer("each", 2);

        ChannelAffine spread = ChannelAffine.Of(one, Weights(2, one, ("one.scale", [3]), ("one.shift", [-1])), 2)!;
        ChannelAffine own = ChannelAffine.Of(
            each, Weights(2, each, ("each.scale", [3, 4]), ("each.shift", [-1, 2])), 2)!;

        Assert.AreEqual("3 3 / -1 -1", Text(spread));
        Assert.AreEqual("3 4 / -1 2", Text(own));
    }

    [TestMethod]
    public void LinearTail_Layers_BeginsBehindTheLastThatIsNotAffine()
    {
        var linear = new LinearLayer("linear", 2, 2);
        var neuron = new NeuronLayer("neuron", new IfNeuron());
        var affine = new ResidualLayer("affine", [linear], []);
        var spiking = new ResidualLayer("spiking", [linear, neuron], []);

        Assert.AreEqual(0, LinearTail.Start([]));
        Assert.AreEqual(0, LinearTail.Start([linear, affine]));
        Assert.AreEqual(1, LinearTail.Start([neuron]));
        Assert.AreEqual(2, LinearTail.Start([linear, neuron, new FlattenLayer("flatten"), affine, linear]));
        Assert.AreEqual(1, LinearTail.Start([spiking, linear]));
    }

    [TestMethod]
    public void Of_OtherLayer_GivesNull()
    {
        var other = new NeuronLayer("neuron", new IfNeuron());

        Assert.IsNull(ChannelAffine.Of(other, Weights(2, other), 2));
    }

    [TestMethod]
    public void Then_TwoAffines_AreOne()
    {
        ChannelAffine both = new ChannelAffine([2, 3], [5, 7]).Then(new([10, -1], [0.5, 4]));

        Assert.AreEqual("20 -3 / 50.5 -3", Text(both));
        Assert.IsFalse(both.IsIdentity);
    }

    [TestMethod]
    public void Identity_AnyChannels_ChangesNothing()
    {
        ChannelAffine identity = ChannelAffine.Identity(3);

        Assert.AreEqual("1 1 1 / 0 0 0", Text(identity));
        Assert.IsTrue(identity.IsIdentity);
    }

    [TestMethod]
    public void FoldedWeights_WithWhatFollows_ScaleRowsAndShiftBiases()
    {
        var then = new ChannelAffine([2, -10], [100, 200]);

        FoldedWeights biased = FoldedWeights.Of([1, 2, 3, 4, 5, 6], [7, 8], then);
        FoldedWeights bare = FoldedWeights.Of([1, 2, 3, 4, 5, 6], null, then);

        Assert.AreSequenceEqual(new[] { 2f, 4, 6, -40, -50, -60 }, biased.Weight);
        Assert.AreSequenceEqual(new[] { 114f, 120 }, biased.Bias);
        Assert.AreSequenceEqual(biased.Weight, bare.Weight);
        Assert.AreSequenceEqual(new[] { 100f, 200 }, bare.Bias);
    }

    [TestMethod]
    public void FoldedWeights_WithNothing_AreThoseThatWereGiven()
    {
        float[] weight = [1, 2, 3, 4], bias = [5, 6];

        FoldedWeights folded = FoldedWeights.Of(weight, bias, ChannelAffine.Identity(2));

        Assert.AreSame(weight, folded.Weight);
        Assert.AreSame(bias, folded.Bias);
        Assert.AreSequenceEqual(new float[2], FoldedWeights.Of(weight, null, ChannelAffine.Identity(2)).Bias);
    }

    /// <summary>Two channels of three pixels, 0 1 2 and 10 11 12, are stored as 0 10 1 11 2 12.</summary>
    [TestMethod]
    public void ForOrder_OfAnImage_LaysTheInputsAsTheImageLies()
    {
        FoldedWeights folded = new([0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112], [7, 8]);

        FoldedWeights ordered = folded.ForOrder(Interleaving.OfImage(channels: 2, pixels: 3));

        Assert.AreSequenceEqual(new float[] { 0, 10, 1, 11, 2, 12, 100, 110, 101, 111, 102, 112 }, ordered.Weight);
        Assert.AreSame(folded.Bias, ordered.Bias);
        Assert.AreSame(folded, folded.ForOrder(Interleaving.Natural(6)));
    }

    [TestMethod]
    public void Interleaving_OfAnImage_IsAPermutationAndItsInverse()
    {
        Interleaving order = Interleaving.OfImage(channels: 2, pixels: 3);

        Assert.AreSequenceEqual([0, 3, 1, 4, 2, 5], Enumerable.Range(0, 6).Select(order.PositionOf).ToArray());
        Assert.AreSequenceEqual([0, 2, 4, 1, 3, 5], Enumerable.Range(0, 6).Select(order.PlaceOf).ToArray());
    }

    [TestMethod]
    public void Interleaving_OfOnePixel_IsTheDefinitionsOrder()
    {
        Assert.AreEqual(Interleaving.Natural(5), Interleaving.OfImage(channels: 5, pixels: 1));
        Assert.AreEqual(new(5, 2), Interleaving.OfImage(channels: 5, pixels: 2));
        Assert.AreSequenceEqual([0, 1, 2], Enumerable.Range(0, 3).Select(Interleaving.Natural(3).PlaceOf).ToArray());
    }

    [TestMethod]
    public void FoldedWeights_OfALayerOnAPath_TakeInTheAffineLayersBehindIt()
    {
        Layer[] layers =
        [
            new LinearLayer("linear", 1, 2), new AffineLayer("affine", 2), new DropoutLayer("dropout", 0.5),
            new LinearLayer("output", 2, 2, hasBias: false),
        ];
        var weights = new NetworkWeights(new([1], 1, new DirectEncoder(), layers, 2),
        [
            new("linear.weight", [2, 1], [1, 2]), new("linear.bias", [2], [3, 4]), new("affine.scale", [2], [10, 100]),
            new("affine.shift", [2], [5, 6]), new("output.weight", [2, 2], [1, 2, 3, 4]),
        ]);
        int index = 0;

        FoldedWeights first = FoldedWeights.Of((WeightedLayer)layers[index], layers, ref index, weights);

        Assert.AreEqual(2, index);
        Assert.AreSequenceEqual(new float[] { 10, 200 }, first.Weight);
        Assert.AreSequenceEqual(new float[] { 35, 406 }, first.Bias);
        index++;
        FoldedWeights last = FoldedWeights.Of((WeightedLayer)layers[index], layers, ref index, weights);
        Assert.AreEqual(3, index);
        Assert.AreSequenceEqual(new float[] { 1, 2, 3, 4 }, last.Weight);
        Assert.AreSequenceEqual(new float[2], last.Bias);
    }

    private static string Text(ChannelAffine affine) =>
        $"{string.Join(' ', affine.Scale)} / {string.Join(' ', affine.Shift)}";

    private static NetworkWeights Weights(
        int inputs, Layer layer, params (string Name, float[] Values)[] arrays) => new(
        new([inputs], 1, new DirectEncoder(), [layer, new LinearLayer("output", inputs, 2, hasBias: false)], 2),
        [.. arrays.Select(array => new WeightArray(array.Name, [array.Values.Length], array.Values)),
            new("output.weight", [2, inputs], new float[2 * inputs])]);
}
