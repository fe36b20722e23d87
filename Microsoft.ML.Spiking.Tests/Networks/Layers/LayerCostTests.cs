using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Layers;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Tests.Networks.Layers;

[TestClass]
public sealed class LayerCostTests
{
    /// <summary>Products: outputs, each a sum over its inputs, times the steps.</summary>
    public static IEnumerable<(Layer Layer, int[] Input, int Steps, long Products, long Scratch)> Costs =>
    [
        (new LinearLayer("l", 5, 3), [5], 4, 5 * 3 * 4, 5 * (4 + 4)),
        (Convolution(groups: 1), [4, 5, 7], 4, 240 * 24 * 4, (140 * (4 + 9)) + 70 + 24 + 48),
        (Convolution(groups: 2), [4, 5, 7], 4, 240 * 12 * 4, (70 * (4 + 6 + 9)) + 70 + 12 + 48),
        (Convolution(groups: 2), [4, 5, 7], 8, 240 * 12 * 8, (70 * (8 + 8 + 9)) + 70 + 12 + 48),
        (new AveragePoolLayer("a", new(2, 3), new(2, 3)), [3, 4, 6], 5, 12 * 6 * 5, 0),
        (new MaxPoolLayer("m", new(2, 3), new(2, 3), 0), [3, 4, 6], 5, 12 * 6 * 5, 0),
        (new AdaptiveAveragePoolLayer("p", new(2, 3)), [3, 4, 6], 5, (4 + 4) * (6 + 6) * 3 * 5, 0),
        (new BatchNormLayer("b", 3), [3, 4, 6], 5, 72 * 5, 0),
        (new NeuronLayer("n", new IfNeuron()), [7], 5, 7 * 5, 0),
    ];

    [TestMethod]
    [DynamicData(nameof(Costs))]
    public void CostOf_Layer_IsItsProductsAndMemory(Layer layer, int[] input, int steps, long products, long scratch)
    {
        var signal = new Signal(input, SignalKind.Graded);

        Assert.AreEqual(new LayerCost(products, scratch), layer.CostOf(signal, layer.Infer(signal), steps));
    }

    /// <summary>A constant input is convolved once, over the padded image.</summary>
    [TestMethod]
    public void CostOf_ConvolutionOfAConstant_NeedsThePaddedImage()
    {
        ConvolutionLayer layer = Convolution(groups: 2);
        var signal = new Signal([4, 5, 7], SignalKind.Constant);

        Assert.AreEqual(new LayerCost(240 * 12, 7 * 9 * 2), layer.CostOf(signal, layer.Infer(signal), 1));
    }

    [TestMethod]
    [DataRow(7, 9, 3, 4)]
    [DataRow(8, 10, 3, 5)]
    [DataRow(9, 11, 4, 5)]
    [DataRow(1, 1, 0, 0)]
    [DataRow(2, 7, 0, 3)]
    [DataRow(7, 2, 3, 1)]
    [DataRow(3, 2, 1, 1)]
    public void Over_Image_CountsThePlaces(int height, int width, int rows, int columns)
    {
        var window = new Window(new(5, 4), 2, 1);

        Extent? places = window.Over(height, width);

        Assert.AreEqual(rows == 0 ? null : new Extent(rows, columns), places);
    }

    [TestMethod]
    public void Window_Text_HasAllItsSizes()
    {
        var window = new Window(new(5, 4), 2, new(1, 0));

        Assert.AreEqual("5x4 with stride 2x2 and padding 1x0", window.ToString());
        Assert.AreEqual((7 + 2) * 9, window.PaddedPixels(7, 9));
        Assert.IsNull(window.Fault());
    }

    [TestMethod]
    [DataRow(0, 1, 1, 1, 0, 0, "a kernel of 0x1 is not possible; it must be at least 1x1.")]
    [DataRow(1, 0, 1, 1, 0, 0, "a kernel of 1x0 is not possible; it must be at least 1x1.")]
    [DataRow(1, 1, 0, 1, 0, 0, "a stride of 0x1 is not possible; it must be at least 1x1.")]
    [DataRow(1, 1, 1, 0, 0, 0, "a stride of 1x0 is not possible; it must be at least 1x1.")]
    [DataRow(1, 1, 1, 1, -1, 0, "a padding of -1x0 is not possible; it must be at least 0x0.")]
    [DataRow(1, 1, 1, 1, 0, -1, "a padding of 0x-1 is not possible; it must be at least 0x0.")]
    [DataRow(1, 1, 1, 1, 0, 0, null)]
    public void Fault_WindowOutOfRange_SaysWhichSize(
        int height, int width, int down, int right, int top, int left, string? sentence) =>
        Assert.AreEqual(sentence, new Window(new(height, width), new(down, right), new(top, left)).Fault());

    [TestMethod]
    public void Range_AdaptivePooling_IsPyTorchs()
    {
        Assert.AreEqual("0-2 1-4 3-5", Ranges(5, 3));
        Assert.AreEqual("0-2 2-4 4-6", Ranges(6, 3));
        Assert.AreEqual("0-1 0-2 1-2", Ranges(2, 3));
    }

    [TestMethod]
    public void Extent_OfANumber_HasTwiceTheSameLength()
    {
        Extent extent = 3;

        Assert.AreEqual(new(3, 3), extent);
        Assert.AreEqual(extent, Extent.FromInt32(3));
        Assert.AreEqual(6_442_450_941, new Extent(int.MaxValue, 3).Pixels);
    }

    private static string Ranges(int input, int output) => string.Join(' ', Enumerable.Range(0, output)
        .Select(i => AdaptiveAveragePoolLayer.Range(i, input, output)).Select(range => $"{range.First}-{range.End}"));

    /// <summary>Maps [4, 5, 7] to [6, 5, 8].</summary>
    private static ConvolutionLayer Convolution(int groups) => new("c", 4, 6, new(3, 2), 1, 1, groups);
}
