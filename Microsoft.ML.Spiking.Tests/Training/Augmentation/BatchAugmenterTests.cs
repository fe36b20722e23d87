using Microsoft.ML.Spiking.Training.Augmentation;


namespace Microsoft.ML.Spiking.Tests.Training.Augmentation;

[TestClass]
public sealed class BatchAugmenterTests
{
    private static readonly ImageAugmentation Everything =
        new() { CropPadding = 2, HorizontalFlip = true, CutoutSize = 3 };

    [TestMethod]
    [DataRow(0, 0, false)]
    [DataRow(0, 0, true)]
    [DataRow(-3, 2, false)]
    [DataRow(3, -4, true)]
    [DataRow(6, 6, true)]
    [DataRow(-6, -6, false)]
    public void CropAndFlip_AnyMove_EqualsThePlainForm(int down, int right, bool isMirrored)
    {
        float[] row = Images.Batch(1);
        float[] expected = Images.Moved(row, down, right, isMirrored);

        new CropAndFlip(down, right, isMirrored).Apply(row, Images.Layout, new float[Images.Layout.PlaneSize]);

        Assert.AreSequenceEqual(expected, row);
    }

    [TestMethod]
    public void Apply_CropAndFlip_DrawsEveryPlaceAndNothingElse()
    {
        const int Rows = 400;
        float[] batch = Images.Batch(Rows);
        float[] changed = [.. batch];
        Images.Augmenter(new() { CropPadding = 1, HorizontalFlip = true }).Apply(changed, epoch: 1, firstRow: 0);

        int[] counts = new int[18];
        for (int row = 0; row < Rows; row++)
        {
            float[] found = Images.Row(changed, row);
            counts[Enumerable.Range(0, 18).Single(place =>
                Images.Moved(Images.Row(batch, row), (place % 3) - 1, (place / 3 % 3) - 1, place >= 9)
                    .SequenceEqual(found))]++;
        }

        // 22 expected at each place, with a deviation of 4.6.
        Assert.IsGreaterThan(4, counts.Min());
        Assert.IsLessThan(45, counts.Max());
    }

    [TestMethod]
    public void Apply_Cutout_CutsOneSquareOfAllPlanesAndWritesEachChannelsZero()
    {
        const int Rows = 60;
        float[] batch = Images.Batch(Rows);
        float[] changed = [.. batch];
        Images.Augmenter(new() { CutoutSize = 3 }, zeros: [-1, -2, -3]).Apply(changed, epoch: 1, firstRow: 0);

        var areas = new HashSet<int>();
        for (int row = 0; row < Rows; row++)
        {
            float[] found = Images.Row(changed, row), original = Images.Row(batch, row);
            int[] cut = [.. Enumerable.Range(0, Images.Layout.PlaneSize).Where(i => found[i] < 0)];
            areas.Add(cut.Length);
            int height = cut.Select(i => i / Images.Layout.Width).Distinct().Count();
            int width = cut.Select(i => i % Images.Layout.Width).Distinct().Count();
            Assert.AreEqual(cut.Length, height * width);
            Assert.AreSequenceEqual(
                Images.Map(original, (read, plane, y, x) =>
                    cut.Contains((y * Images.Layout.Width) + x) ? -1 - (plane % 3) : read(plane, y, x)),
                found);
        }
        Assert.AreEqual(9, areas.Max());
        Assert.AreEqual(4, areas.Min()); // a corner: the center lies on the image
    }

    [TestMethod]
    public void Apply_CropAndCutout_CutsLast()
    {
        // If the cut came first, moving would bring zeros over it or push it out.
        float[] cropped = Images.Batch(200), both = Images.Batch(200);
        Images.Augmenter(Everything with { CutoutSize = 0 }).Apply(cropped, 1, 0);
        Images.Augmenter(Everything, zeros: [-1]).Apply(both, 1, 0);

        int[] cut = [.. Enumerable.Range(0, both.Length).Where(i => both[i] == -1)];
        Assert.IsGreaterThan(200 * 4 * 6, cut.Length);
        Assert.AreSequenceEqual(
            cropped.Select((value, i) => both[i] == -1 ? -1 : value).ToArray(), both);
    }

    [TestMethod]
    public void Apply_BatchesOfAnySize_GiveTheSameRows()
    {
        float[] whole = Images.Batch(10), first = Images.Batch(10)[..(4 * Images.Layout.RowSize)],
            rest = Images.Batch(10)[(4 * Images.Layout.RowSize)..];
        Images.Augmenter(Everything).Apply(whole, epoch: 3, firstRow: 20);
        Images.Augmenter(Everything).Apply(rest, epoch: 3, firstRow: 24);
        Images.Augmenter(Everything).Apply(first, epoch: 3, firstRow: 20);

        Assert.AreSequenceEqual(whole, first.Concat(rest).ToArray());
    }

    [TestMethod]
    [DataRow(2, 1, 0L)]
    [DataRow(1, 2, 0L)]
    [DataRow(1, 1, 8L)]
    public void Apply_OtherSeedEpochOrPlace_ChangesOtherwise(int seed, int epoch, long firstRow)
    {
        float[] one = Images.Batch(8), other = Images.Batch(8);
        Images.Augmenter(Everything).Apply(one, 1, 0);
        Images.Augmenter(Everything, seed).Apply(other, epoch, firstRow);
        Assert.AreNotSequenceEqual(one, other);
    }

    [TestMethod]
    public void Apply_NothingWanted_LeavesTheRows()
    {
        float[] batch = Images.Batch(3);
        double[] shares = new double[3];
        Images.Augmenter(new()).Apply(batch, 1, 0, shares);
        Assert.AreSequenceEqual(new double[] { 1, 1, 1 }, shares);
        Assert.AreSequenceEqual(Images.Batch(3), batch);
    }
}
