using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Augmentation;


namespace Microsoft.ML.Spiking.Tests.Training.Augmentation;

[TestClass]
public sealed class RowMixingTests
{
    private const int Rows = 5;

    [TestMethod]
    public void Apply_Mixup_IsTheSumWithTheRowBefore()
    {
        float[] batch = Images.Batch(Rows);
        float[] expected = [.. batch.Select((value, i) => (0.25f * value) + (0.75f * Before(batch, i)))];

        new RowMixing(0.25, null).Apply(batch, Images.Layout, new float[Images.Layout.RowSize]);

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], batch[i], 1e-6f * expected[i]);
        }
    }

    [TestMethod]
    public void Apply_Cutmix_TakesTheBoxOfTheRowBefore()
    {
        var box = new Box(Top: 2, Bottom: 6, Left: 0, Right: 5);
        float[] batch = Images.Batch(Rows);
        float[] expected = [.. batch.Select((value, i) =>
        {
            int x = i % Images.Layout.Width, y = i / Images.Layout.Width % Images.Layout.Height;
            return y is >= 2 and < 6 && x is >= 0 and < 5 ? Before(batch, i) : value;
        })];

        new RowMixing(0.5, box).Apply(batch, Images.Layout, new float[Images.Layout.RowSize]);

        Assert.AreSequenceEqual(expected, batch);
    }

    [TestMethod]
    public void Draw_Cutmix_HasTheBoxesShareOfTheArea()
    {
        var recipe = new ImageAugmentation { CutmixAlpha = 1 };
        var shares = new List<double>();
        for (int i = 0; i < 500; i++)
        {
            RowMixing mixing = RowMixing.Draw(new(1, RandomPurpose.Mixing, item: i), recipe, Images.Layout);
            Box box = mixing.Box!.Value;
            Assert.IsTrue(box.Top >= 0 && box.Left >= 0 && box.Bottom <= 7 && box.Right <= 9 && box.Top <= box.Bottom
                && box.Left <= box.Right);
            Assert.AreEqual(1 - (box.Area / 63.0), mixing.Share, 1e-12);
            shares.Add(mixing.Share);
        }
        Assert.IsInRange(0.6, 0.9, shares.Average()); // 0.5 before boxes are clipped and rounded
    }

    [TestMethod]
    public void Draw_Both_TakesEachHalfOfTheTime()
    {
        var recipe = new ImageAugmentation { MixupAlpha = 0.2, CutmixAlpha = 1 };
        int cutmix = Enumerable.Range(0, 400).Count(i =>
            RowMixing.Draw(new(1, RandomPurpose.Mixing, item: i), recipe, Images.Layout).Box is not null);
        Assert.IsInRange(160, 240, cutmix);
    }

    [TestMethod]
    [DataRow(0.001)]
    [DataRow(0.2)]
    [DataRow(1.0)]
    [DataRow(8.0)]
    [DataRow(100.0)]
    public void Beta_AnyAlpha_HasItsMeanAndVariance(double alpha)
    {
        const int Count = 20_000;
        var random = new RandomStream(5, RandomPurpose.Mixing);
        double sum = 0, squares = 0;
        for (int i = 0; i < Count; i++)
        {
            double value = BetaDistribution.Next(ref random, alpha);
            Assert.IsInRange(0.0, 1.0, value);
            sum += value;
            squares += (value - 0.5) * (value - 0.5);
        }
        double variance = 1 / (4 * ((2 * alpha) + 1));
        Assert.AreEqual(0.5, sum / Count, 4 * Math.Sqrt(variance / Count));
        Assert.AreEqual(variance, squares / Count, 0.04 * variance);
    }

    private static float Before(float[] batch, int i)
    {
        int size = Images.Layout.RowSize;
        return batch[(i - size + batch.Length) % batch.Length];
    }
}
