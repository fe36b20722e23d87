using Microsoft.ML.Spiking.Training.Tables;

namespace Microsoft.ML.Spiking.Tests.Training.Tables;

/// <summary>The bins that trees are fitted on.</summary>
[TestClass]
public sealed class FeatureBinsTests
{
    [TestMethod]
    public void BordersOf_FewValues_LieBetweenThem() =>
        Assert.AreSequenceEqual([1.5f, 4f], FeatureBins.BordersOf([1, 1, 2, 2, 2, 6]));

    [TestMethod]
    public void BordersOf_OneValue_AreNone() => Assert.IsEmpty(FeatureBins.BordersOf([3, 3]));

    [TestMethod]
    public void BordersOf_NeighboringFloats_AreTheUpperOne() =>
        Assert.AreSequenceEqual([MathF.BitIncrement(1)], FeatureBins.BordersOf([1, MathF.BitIncrement(1)]));

    [TestMethod]
    public void BordersOf_HugeValues_AreFinite() =>
        Assert.AreSequenceEqual([0f], FeatureBins.BordersOf([-float.MaxValue, float.MaxValue]));

    [TestMethod]
    public void BordersOf_ManyValues_ShareTheRowsAlike()
    {
        float[] values = [.. Enumerable.Range(0, 64 * 10).Select(i => (float)i)];

        float[] borders = FeatureBins.BordersOf(values);

        Assert.AreSequenceEqual(Enumerable.Range(1, 63).Select(i => (10 * i) - 0.5f).ToArray(), borders);
    }

    [TestMethod]
    public void BordersOf_MostlyZero_DivideTheOtherValues()
    {
        float[] values = [.. Enumerable.Repeat(0f, 9_000), .. Enumerable.Range(1, 1_000).Select(i => (float)i)];

        float[] borders = FeatureBins.BordersOf(values);

        Assert.AreEqual(0.5f, borders[0]);
        Assert.IsGreaterThan(55, borders.Length);
        Assert.IsLessThan(64, borders.Length);
        float[] widths = [.. borders.Zip(borders.Skip(1), (low, high) => high - low)];
        Assert.IsLessThan(20, widths.Max());
    }

    [TestMethod]
    public void Of_Rows_AreInTheBinOfTheirValue()
    {
        var rows = new RowSample(2, [1, 7, 2, 7, 6, 7], [0, 0, 0], [1, 1, 1]);

        var bins = FeatureBins.Of(rows);

        Assert.AreEqual(3, bins.Rows);
        Assert.AreSequenceEqual(new byte[] { 0, 1, 2 }, bins.Codes[0]);
        Assert.AreSequenceEqual(new byte[] { 0, 0, 0 }, bins.Codes[1]);
        Assert.IsEmpty(bins.Borders[1]);
    }

    [TestMethod]
    public void Of_MostlyOneValue_KnowsTheRowsOfOthers()
    {
        var rows = new RowSample(3, [5, 0, 1, 0, 0, 2, 5, 0, 3, 5, 0, 4], [0, 0, 0, 0], [1, 1, 1, 1]);

        RareRows?[] rare = FeatureBins.Of(rows).Rare;

        Assert.AreEqual(1, rare[0]!.Common);
        Assert.AreSequenceEqual(new int[] { 1 }, rare[0]!.Rows);
        Assert.IsEmpty(rare[1]!.Rows);
        Assert.IsNull(rare[2]);
    }
}
