using Microsoft.ML.Spiking.Networks.Definition;


namespace Microsoft.ML.Spiking.Tests.Networks;

[TestClass]
public sealed class RowLayoutTests
{
    [TestMethod]
    [DataRow(new[] { 784 }, null, new[] { 784 }, null)]
    [DataRow(new[] { 784 }, new[] { 1, 28, 28 }, new[] { 1, 28, 28 }, null)]
    [DataRow(new[] { 784 }, new[] { 4, 1, 14, 14 }, new[] { 1, 14, 14 }, 4)]
    [DataRow(new[] { 3, 8, 8 }, null, new[] { 3, 8, 8 }, null)]
    [DataRow(new[] { 5, 2, 8, 8 }, null, new[] { 2, 8, 8 }, 5)]
    [DataRow(new[] { 28, 28 }, new[] { 1, 28, 28 }, new[] { 1, 28, 28 }, null)]
    [DataRow(new[] { 10, 16 }, null, new[] { 16 }, 10)]
    [DataRow(new[] { 10, 16 }, new[] { 10, 16 }, new[] { 16 }, 10)]
    [DataRow(new[] { 10, 16 }, new[] { 160 }, new[] { 160 }, null)]
    [DataRow(new[] { 160 }, new[] { 10, 16 }, new[] { 16 }, 10)]
    [DataRow(new[] { 160 }, new[] { 1, 160 }, new[] { 160 }, 1)]
    [DataRow(new[] { 1, 160 }, null, new[] { 160 }, null)]
    [DataRow(new[] { 10, 8, 2 }, new[] { 10, 16 }, new[] { 16 }, 10)]
    [DataRow(new[] { 3, 2, 2, 2, 2 }, null, new[] { 48 }, null)]
    public void Of_ColumnAndWhatIsGiven_FindsStepAndTime(int[] column, int[]? given, int[] step, int? timeSteps)
    {
        RowLayout layout = RowLayout.Of(column, given);

        Assert.AreSequenceEqual(step, layout.StepShape.ToArray());
        Assert.AreEqual(timeSteps, layout.TimeSteps);
    }

    [TestMethod]
    [DataRow(new[] { 32, 30, 3 }, null, new[] { 3, 32, 30 }, null)]
    [DataRow(new[] { 5, 32, 30, 2 }, null, new[] { 2, 32, 30 }, 5)]
    [DataRow(new[] { 2880 }, new[] { 32, 30, 3 }, new[] { 3, 32, 30 }, null)]
    [DataRow(new[] { 160, 30, 2 }, new[] { 5, 32, 30, 2 }, new[] { 2, 32, 30 }, 5)]
    public void Of_Interleaved_HasTheChannelsFirst(int[] column, int[]? given, int[] step, int? timeSteps)
    {
        RowLayout layout = RowLayout.Of(column, given, PixelOrder.Interleaved);

        Assert.AreSequenceEqual(step, layout.StepShape.ToArray());
        Assert.AreEqual((timeSteps, PixelOrder.Interleaved), (layout.TimeSteps, layout.Order));
    }

    [TestMethod]
    [DataRow(new[] { 32, 32, 3 })]
    [DataRow(new[] { 8, 32, 32, 2 })]
    [DataRow(new[] { 64, 100, 1 })]
    public void Of_ShapeOfBothOrders_IsRefusedUnlessTheOrderIsGiven(int[] shape)
    {
        Assert.Contains("option PixelOrder",
            Assert.ThrowsExactly<NetworkDefinitionException>(() => RowLayout.Of(shape, null)).Message);
        Assert.Contains("option PixelOrder", Assert.ThrowsExactly<NetworkDefinitionException>(
            () => RowLayout.Of([shape.Aggregate(1, (product, length) => product * length)], shape)).Message);
        Assert.AreSequenceEqual(shape.TakeLast(3).ToArray(),
            RowLayout.Of(shape, null, PixelOrder.Planar).StepShape.ToArray());
    }

    [TestMethod]
    public void Of_SeriesOfAnotherOrder_IsRefused() => Assert.AreEqual("The input shape [16, 10] contradicts the " +
        "feature column, whose shape is [10, 16]; leave InputShape null. If the column has the channels last, set " +
        "PixelOrder to Interleaved.",
        Assert.ThrowsExactly<NetworkDefinitionException>(() => RowLayout.Of([10, 16], [16, 10])).Message);

    [TestMethod]
    public void Of_TwoDimensions_AssumesATimeAxisUnlessItIsGiven()
    {
        Assert.IsTrue(RowLayout.Of([10, 16], null).IsTimeAxisAssumed);
        Assert.IsFalse(RowLayout.Of([10, 16], [10, 16]).IsTimeAxisAssumed);
        Assert.IsFalse(RowLayout.Of([5, 2, 8, 8], null).IsTimeAxisAssumed);
    }

    [TestMethod]
    public void Of_InterleavedVector_AsksForTheShape() => Assert.AreEqual("PixelOrder is Interleaved, but the " +
        "features have the shape [784]; say with InputShape which images they are, [height, width, channels].",
        Assert.ThrowsExactly<NetworkDefinitionException>(
            () => RowLayout.Of([784], null, PixelOrder.Interleaved)).Message);

    [TestMethod]
    public void Of_ShapeOfBothOrders_SaysWhatToSay() => Assert.AreEqual("The features have the shape [5, 8, 4], " +
        "which may be [height, width, channels], as of ExtractPixels with interleavePixelColors, or [channels, " +
        "height, width]; say which it is with the option PixelOrder. If the rows are a series, say so with " +
        "InputShape, [time steps, features].",
        Assert.ThrowsExactly<NetworkDefinitionException>(() => RowLayout.Of([5, 8, 4], null)).Message);

    /// <summary>At most four colors may be the last, and more than four the first.</summary>
    [TestMethod]
    [DataRow(new[] { 4, 8, 4 })]
    [DataRow(new[] { 5, 8, 5 })]
    public void Of_ShapeOfOneOrder_NeedsNone(int[] shape) =>
        Assert.AreSequenceEqual(shape, RowLayout.Of(shape, null).StepShape.ToArray());

    [TestMethod]
    [DataRow(new[] { 3, 8, 8 }, new[] { 1, 8, 8 }, false)]
    [DataRow(new[] { 3, 8, 8 }, new[] { 5, 3, 8, 8 }, false)]
    [DataRow(new[] { 3, 8, 8 }, new[] { 8, 8, 3 }, true)]
    [DataRow(new[] { 10, 16 }, new[] { 10, 16 }, false)]
    [DataRow(new[] { 10, 16 }, new[] { 16, 10 }, true)]
    [DataRow(new[] { 10, 16 }, new[] { 160 }, false)]
    [DataRow(new[] { 160 }, new[] { 10, 16 }, false)]
    [DataRow(new[] { 10, 16 }, new[] { 10, 4, 4 }, false)]
    [DataRow(new[] { 10, 4, 4 }, new[] { 10, 16 }, false)]
    public void Contradict_TwoShapes_WhereTheirOrdersDiffer(int[] one, int[] other, bool expected) =>
        Assert.AreEqual(expected, RowLayout.Contradict(one, other));

    [TestMethod]
    public void Of_Network_IsNullForVectors()
    {
        Assert.IsNull(RowLayout.Of(new Mlp(5).Bind(Bindings.Of([7]))));
        RowLayout series = RowLayout.Of(new Mlp(5).Bind(Bindings.Of([7]) with { HasTimeAxis = true }))!;
        RowLayout images = RowLayout.Of(
            new ConvNet(2).Bind(Bindings.Image(3, 8) with { PixelOrder = PixelOrder.Interleaved }))!;

        Assert.AreEqual((2, PixelOrder.Planar), (series.TimeSteps, series.Order));
        Assert.AreSequenceEqual([7], series.StepShape.ToArray());
        Assert.AreEqual((null, PixelOrder.Interleaved), (images.TimeSteps, images.Order));
        Assert.AreSequenceEqual([3, 8, 8], images.StepShape.ToArray());
    }

    [TestMethod]
    public void Of_AnotherNumberOfValues_SaysBoth()
    {
        string message =
            Assert.ThrowsExactly<NetworkDefinitionException>(() => RowLayout.Of([783], [1, 28, 28])).Message;

        Assert.AreEqual("The input shape [1, 28, 28] has 784 values, but a row of the feature column has 783; give " +
            "the shape of the rows as they are, [channels, height, width], [time steps, channels, height, width], " +
            "[time steps, features] or [features].", message);
    }
}
