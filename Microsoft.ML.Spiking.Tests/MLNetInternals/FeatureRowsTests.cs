using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;

namespace Microsoft.ML.Spiking.Tests.MLNetInternals;

[TestClass]
public sealed class FeatureRowsTests
{
    // Two frames of 2 x 2 pixels with 3 channels; the digits of a value are frame, pixel and channel.
    private static readonly float[] Interleaved =
    [
        0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32,
        100, 101, 102, 110, 111, 112, 120, 121, 122, 130, 131, 132,
    ];

    private static readonly float[] Planar =
    [
        0, 10, 20, 30, 1, 11, 21, 31, 2, 12, 22, 32,
        100, 110, 120, 130, 101, 111, 121, 131, 102, 112, 122, 132,
    ];

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Read_InterleavedFrames_BringsChannelsFirst(bool isSparse)
    {
        var rows = new FeatureRows(Network(PixelOrder.Interleaved));
        VBuffer<float> buffer = isSparse
            ? new(24, 23, Interleaved[1..], [.. Enumerable.Range(1, 23)])
            : new(24, Interleaved);
        float[] row = [.. Enumerable.Repeat(float.NaN, 24)];

        rows.Read(in buffer, row, "Pixels");

        Assert.IsFalse(rows.AreInOrder);
        Assert.AreSequenceEqual(Planar, row);
    }

    [TestMethod]
    public void Read_PlanarFrames_CopiesThem()
    {
        float[] row = new float[24];
        new FeatureRows(Network(PixelOrder.Planar)).Read(new VBuffer<float>(24, Planar), row, "Pixels");
        Assert.AreSequenceEqual(Planar, row);
    }

    [TestMethod]
    public void Read_RowOfAnotherLength_NamesTheColumn() =>
        Assert.Contains("A row of column 'Pixels' has 23 values; the model takes 24: give every row as many",
            Assert.ThrowsExactly<InvalidOperationException>(() => new FeatureRows(Network(PixelOrder.Planar))
                .Read(new VBuffer<float>(23, new float[23]), new float[24], "Pixels")).Message);

    private static NetworkDefinition Network(PixelOrder order) =>
        new ConvNet(2).Bind(Bindings.Image(3, 2) with { HasTimeAxis = true, PixelOrder = order });
}
