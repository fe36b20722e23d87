using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Tests.Networks.Definition;

[TestClass]
public sealed class ShapesTests
{
    [TestMethod]
    [DataRow(new int[0], 1L)]
    [DataRow(new[] { 3, 4, 5 }, 60L)]
    [DataRow(new[] { 3, 0, 5 }, 0L)]
    [DataRow(new[] { int.MaxValue, 2 }, 2L * int.MaxValue)]
    [DataRow(new[] { int.MaxValue, int.MaxValue, 3 }, long.MaxValue)]
    [DataRow(new[] { 3, -1 }, long.MaxValue)]
    public void LongSize_Shape_IsTheProductOrTheLargest(int[] shape, long size) =>
        Assert.AreEqual(size, Shapes.LongSize(shape));

    [TestMethod]
    public void Size_Shape_IsTheProductOrOverflows()
    {
        Assert.AreEqual(1, Shapes.Size([]));
        Assert.AreEqual(60, Shapes.Size([3, 4, 5]));
        Assert.ThrowsExactly<OverflowException>(() => Shapes.Size([1 << 16, 1 << 15]));
    }

    [TestMethod]
    public void Product_NegativeOrThreeSizes_IsExactOrTheLargest()
    {
        Assert.AreEqual(long.MaxValue, Shapes.Product(5, -1));
        Assert.AreEqual(long.MaxValue, Shapes.Product(-1, 5));
        Assert.AreEqual(long.MaxValue, Shapes.Product(-1, 0));
        Assert.AreEqual(long.MaxValue, Shapes.Product(0, -1));
        Assert.AreEqual(0, Shapes.Product(0, 5));
        Assert.AreEqual(0, Shapes.Product(5, 0));
        Assert.AreEqual(60, Shapes.Product(3, 4, 5));
        Assert.AreEqual(long.MaxValue, Shapes.Product(1L << 40, 1L << 40, 2));
    }

    [TestMethod]
    public void Sum_TwoSizes_IsExactOrTheLargest()
    {
        Assert.AreEqual(7, Shapes.Sum(3, 4));
        Assert.AreEqual(long.MaxValue, Shapes.Sum(long.MaxValue - 4, 4));
        Assert.AreEqual(long.MaxValue - 1, Shapes.Sum(long.MaxValue - 4, 3));
        Assert.AreEqual(long.MaxValue, Shapes.Sum(long.MaxValue - 4, 5));
        Assert.AreEqual(long.MaxValue, Shapes.Sum(long.MaxValue, long.MaxValue));
    }

    [TestMethod]
    public void Text_ManyLengths_IsCut()
    {
        Assert.AreEqual("[]", Shapes.Text([]));
        Assert.AreEqual("[1, 2, 3, 4, 5, 6, 7, 8]", Shapes.Text([1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.AreEqual("[1, 2, 3, 4, 5, 6, 7, 8, … (9 lengths)]", Shapes.Text([1, 2, 3, 4, 5, 6, 7, 8, 9]));
    }

    [TestMethod]
    [DataRow(new int[0], new int[0], true)]
    [DataRow(new[] { 3, 4 }, new[] { 3, 4 }, true)]
    [DataRow(new[] { 3, 4 }, new[] { 3, 5 }, false)]
    [DataRow(new[] { 3, 4 }, new[] { 2, 4 }, false)]
    [DataRow(new[] { 3, 4 }, new[] { 3 }, false)]
    [DataRow(new[] { 3 }, new[] { 3, 4 }, false)]
    public void AreEqual_TwoShapes_ComparesEveryLength(int[] left, int[] right, bool expected) =>
        Assert.AreEqual(expected, Shapes.AreEqual(left, right));

    [TestMethod]
    [DataRow(new[] { 1, 1 }, true)]
    [DataRow(new[] { 0, 1 }, false)]
    [DataRow(new[] { 1, 0 }, false)]
    [DataRow(new[] { 1, -1 }, false)]
    public void ArePositive_Shape_WantsEveryLengthAtLeastOne(int[] shape, bool expected) =>
        Assert.AreEqual(expected, Shapes.ArePositive(shape));

    [TestMethod]
    public void Quotation_OfText_IsCutAndOnOneLine()
    {
        string eighty = new('x', 80);

        Assert.AreEqual("a b c", Quotation.Of("a\nb\u0007c"));
        Assert.AreEqual(eighty, Quotation.Of(eighty));
        Assert.AreEqual($"{eighty}… (1,081 characters)", Quotation.Of(eighty + new string('y', 1_001)));
        Assert.AreEqual(new string('x', 320), Quotation.OfSentence(new string('x', 320)));
        Assert.AreEqual($"{new string('x', 320)}… (321 characters)", Quotation.OfSentence(new string('x', 321)));
        Assert.AreEqual("", Quotation.Of(""));
    }
}
