using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Augmentation;


namespace Microsoft.ML.Spiking.Tests.Training.Augmentation;

/// <summary>Each transformation against its definition, pixel by pixel; and how they are drawn.</summary>
[TestClass]
public sealed class TrivialAugmentTests
{
    private const double Exact = 0;
    private const double Rounding = 1e-3; // of 255

    private static readonly double[] Brightness = [0.299, 0.587, 0.114];

    private static IEnumerable<(ImageChange Change, double Strength)> Changes =>
        from change in Enum.GetValues<ImageChange>()
        from strength in new[] { -1, -0.5, 0, 1.0 / 30, 0.4, 1 }
        where strength >= 0 || (change >= ImageChange.ShearX && change <= ImageChange.Sharpness)
        select (change, strength);

    [TestMethod]
    public void Apply_EveryChange_EqualsItsDefinition()
    {
        foreach ((ImageChange change, double strength) in Changes)
        {
            foreach (float white in new[] { 1f, 255f })
            {
                float[] row = Pixels(white);
                float[] expected = Definition(row, change, strength, white);

                new TrivialAugment(change, strength).Apply(row, Images.Layout, white,
                    new float[Images.Layout.PlaneSize], new int[Images.Layout.PlaneSize]);

                double tolerance = change <= ImageChange.Rotate ? Exact : Rounding * white / 255;
                for (int i = 0; i < row.Length; i++)
                {
                    Assert.AreEqual(expected[i], row[i], tolerance, $"{change} {strength}, white {white}, value {i}");
                }
            }
        }
    }

    [TestMethod]
    [DataRow(1f)]
    [DataRow(255f)]
    public void Equalize_LargePlane_SpreadsItsLevels(float white)
    {
        var random = new Random(4);
        // many are dark
        float[] plane =
            [.. Enumerable.Range(0, 4_096).Select(_ => (40 + (random.Next(10) * random.Next(10))) * white / 255)];
        float[] expected =
            [.. plane.Select(own => (float)Equalized([.. plane.Select(value => (double)value)], own, white))];

        float[] found = [.. plane];
        GrayLevels.Equalize(found, white);

        for (int i = 0; i < plane.Length; i++)
        {
            Assert.AreEqual(expected[i], found[i], Rounding * white / 255);
        }
        Assert.AreEqual(white, found.Max(), Rounding);
        Assert.AreEqual(0.5, found.Average() / white, 0.15);
        Assert.IsLessThan(0.3, plane.Average() / white);
    }

    [TestMethod]
    public void Apply_StrengthNought_ChangesNothingWhereItSaysSo()
    {
        foreach (ImageChange change in Enum.GetValues<ImageChange>().Where(
            change => change is not (ImageChange.Solarize or ImageChange.AutoContrast or ImageChange.Equalize)))
        {
            float[] row = Pixels(255);
            float[] before = [.. row];
            new TrivialAugment(change, 0)
                .Apply(row, Images.Layout, 255, new float[Images.Layout.PlaneSize], new int[Images.Layout.PlaneSize]);
            for (int i = 0; i < row.Length; i++)
            {
                Assert.AreEqual(before[i], row[i], Rounding, $"{change}");
            }
        }
    }

    [TestMethod]
    public void Apply_PlanesOfOneValue_StayAsTheyAre()
    {
        ImageChange[] changes =
        [
            ImageChange.AutoContrast, ImageChange.Equalize, ImageChange.Sharpness, ImageChange.Contrast,
            ImageChange.Color,
        ];
        foreach (ImageChange change in changes)
        {
            float[] row = [.. Enumerable.Repeat(51f, Images.Layout.RowSize)];
            new TrivialAugment(change, 0.8)
                .Apply(row, Images.Layout, 255, new float[Images.Layout.PlaneSize], new int[Images.Layout.PlaneSize]);
            foreach (float value in row)
            {
                Assert.AreEqual(51, value, Rounding, $"{change}");
            }
        }
    }

    [TestMethod]
    public void Draw_ManyRows_HasEveryChangeAndStrengthEquallyOften()
    {
        const int Rows = 42_000;
        var counts = new Dictionary<ImageChange, List<double>>();
        for (int row = 0; row < Rows; row++)
        {
            TrivialAugment drawn =
                TrivialAugment.Draw(new RandomStream(3, RandomPurpose.TrivialAugment, epoch: 1, item: row));
            if (!counts.TryGetValue(drawn.Change, out List<double>? strengths))
            {
                counts[drawn.Change] = strengths = [];
            }
            strengths.Add(drawn.Strength);
        }

        Assert.HasCount(14, counts);
        foreach ((ImageChange change, List<double> strengths) in counts)
        {
            Assert.AreEqual(0, strengths.Count - 3_000, 6 * Math.Sqrt(3_000), $"{change}");
            bool hasSign = change is >= ImageChange.ShearX and <= ImageChange.Sharpness;
            Assert.AreEqual(hasSign ? -1 : 0, strengths.Min(), 1e-12, $"{change}");
            Assert.AreEqual(1, strengths.Max(), 1e-12, $"{change}");
            Assert.AreEqual(hasSign ? 0 : 0.5, strengths.Average(), 0.06, $"{change}");
            Assert.HasCount(31, strengths.Select(strength => Math.Round(Math.Abs(strength) * 30)).Distinct().ToArray());
        }
    }

    [TestMethod]
    public void Augmenter_RowsOfABatch_AreChangedEachByItsPlaceAlone()
    {
        float[] batch = [.. Enumerable.Range(0, 20).SelectMany(row => Pixels(255, seed: row))];
        float[] together = [.. batch];
        Images.Augmenter(new() { TrivialAugment = true }, seed: 5).Apply(together, epoch: 2, firstRow: 40);

        for (int row = 0; row < 20; row++)
        {
            float[] alone = Images.Row(batch, row);
            Images.Augmenter(new() { TrivialAugment = true }, seed: 5).Apply(alone, epoch: 2, firstRow: 40 + row);
            Assert.AreSequenceEqual(alone, Images.Row(together, row));
        }
        float[] otherEpoch = [.. batch];
        Images.Augmenter(new() { TrivialAugment = true }, seed: 5).Apply(otherEpoch, epoch: 3, firstRow: 40);
        Assert.AreNotSequenceEqual(together, otherEpoch);
    }

    [TestMethod]
    public void Augmenter_WithTheOthers_ComesAfterTheCropAndBeforeTheCutout()
    {
        float[] zeros = [-7f]; // cutout's value, which no transformation of pixels gives
        float[] row = Pixels(255);
        float[] cropped = [.. row];
        Images.Augmenter(new() { CropPadding = 2, HorizontalFlip = true }).Apply(cropped, epoch: 1, firstRow: 9);
        float[] expected = [.. cropped];
        TrivialAugment.Draw(new RandomStream(1, RandomPurpose.TrivialAugment, epoch: 1, item: 9))
            .Apply(expected, Images.Layout, 255, new float[Images.Layout.PlaneSize], new int[Images.Layout.PlaneSize]);

        Images.Augmenter(new() { CropPadding = 2, HorizontalFlip = true, TrivialAugment = true, CutoutSize = 3 },
            zeros: zeros)
            .Apply(row, epoch: 1, firstRow: 9);

        int cut = 0;
        for (int i = 0; i < row.Length; i++)
        {
            cut += row[i] == zeros[0] ? 1 : 0;
            Assert.IsTrue(row[i] == expected[i] || row[i] == zeros[0], $"value {i}");
        }
        Assert.IsGreaterThan(0, cut);
        Assert.AreNotSequenceEqual(cropped, expected);
    }

    [TestMethod]
    [DataRow(new[] { 0f, 255f }, 255f)]
    [DataRow(new[] { 0f, 1.5f }, 255f)]
    [DataRow(new[] { 0f, 1f }, 1f)]
    [DataRow(new[] { 0f, 0f }, 1f)]
    public void WhiteOf_Pixels_IsTheirScale(float[] values, float white) =>
        Assert.AreEqual(white, TrivialAugment.WhiteOf(values));

    [TestMethod]
    [DataRow(new[] { -0.5f, 1f })]
    [DataRow(new[] { 0f, 256f })]
    public void Run_ValuesThatAreNoPixels_SaysWhich(float[] values)
    {
        float[][] rows =
            [.. Enumerable.Range(0, 9).Select(_ => Enumerable.Range(0, 8).Select(i => values[i % 2]).ToArray())];
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => Toy.Train(
            Toy.Settings with { Rows = new([1, 2, 4], null), Augmentation = new() { TrivialAugment = true } },
            new(rows, [.. Enumerable.Range(0, 9).Select(i => i % 3)]))).Message;

        Assert.Contains("needs pixels from 0 to 255 or from 0 to 1, but a batch has values from", message);
        Assert.Contains("InputNormalization", message);
    }

    [TestMethod]
    public void FaultFor_TwoChannels_SaysWhatIsNeeded() =>
        Assert.Contains("needs images of one channel or of red, green and blue",
        new ImageAugmentation { TrivialAugment = true }.FaultFor([2, 8, 8], null)!);

    private static float[] Pixels(float white, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Images.Layout.RowSize).Select(_ => random.Next(20, 230) * white / 255)];
    }

    /// <summary>The transformations as the paper describes them, in double precision.</summary>
    private static float[] Definition(float[] row, ImageChange change, double strength, double white)
    {
        int width = Images.Layout.Width, height = Images.Layout.Height, channels = Images.Layout.Channels;
        double factor = 1 + (0.99 * strength);
        double At(int plane, double y, double x) =>
            x < 0 || y < 0 || x >= width || y >= height ? 0 : row[(((plane * height) + (int)y) * width) + (int)x];
        double Gray(int frame, int y, int x) =>
            Enumerable.Range(0, channels).Sum(c => Brightness[c] * At((frame * channels) + c, y, x));
        IEnumerable<(int Y, int X)> places =
            Enumerable.Range(0, height).SelectMany(y => Enumerable.Range(0, width).Select(x => (y, x)));
        double[][] planes =
            [.. Enumerable.Range(0, Images.Layout.Planes)
                .Select(plane => places.Select(at => At(plane, at.Y, at.X)).ToArray())];
        double[] means =
            [.. Enumerable.Range(0, Images.Layout.Frames)
                .Select(frame => places.Average(at => Gray(frame, at.Y, at.X)))];
        double Mixed(double own, double other) => Math.Clamp((factor * own) + ((1 - factor) * other), 0, white);

        double Pixel(int plane, int y, int x)
        {
            double own = At(plane, y, x);
            double angle = 135 * strength * Math.PI / 180, fromX = x + 0.5 - (width / 2.0),
                fromY = y + 0.5 - (height / 2.0);
            int moved = (int)(32 * strength);
            return change switch
            {
                ImageChange.Identity => own,
                ImageChange.ShearX => At(plane, y, Math.Floor(x + 0.5 + (0.99 * strength * (y + 0.5)))),
                ImageChange.ShearY => At(plane, Math.Floor(y + 0.5 + (0.99 * strength * (x + 0.5))), x),
                ImageChange.TranslateX => At(plane, y, x - moved),
                ImageChange.TranslateY => At(plane, y - moved, x),
                ImageChange.Rotate => At(plane,
                    Math.Floor((height / 2.0) - (Math.Sin(angle) * fromX) + (Math.Cos(angle) * fromY)),
                    Math.Floor((width / 2.0) + (Math.Cos(angle) * fromX) + (Math.Sin(angle) * fromY))),
                ImageChange.Brightness => Mixed(own, 0),
                ImageChange.Color => Mixed(own, Gray(plane / channels, y, x)),
                ImageChange.Contrast => Mixed(own, means[plane / channels]),
                ImageChange.Sharpness => x == 0 || y == 0 || x == width - 1 || y == height - 1 ? own : Mixed(own,
                    ((4 * own) + Enumerable.Range(0, 9).Sum(i => At(plane, y + (i / 3) - 1, x + (i % 3) - 1))) / 13),
                ImageChange.Posterize => Math.Floor(Level(own, white) / Math.Pow(2, Math.Round(6 * strength)))
                    * Math.Pow(2, Math.Round(6 * strength)) * white / 255,
                ImageChange.Solarize => own >= (float)((1 - strength) * white) ? white - own : own,
                ImageChange.AutoContrast =>
                    (own - planes[plane].Min()) * white / (planes[plane].Max() - planes[plane].Min()),
                ImageChange.Equalize => Equalized(planes[plane], own, white),
                _ => throw new InvalidOperationException(),
            };
        }

        return Images.Map(row, (_, plane, y, x) => (float)Pixel(plane, y, x));
    }

    /// <summary>
    /// Returns how many pixels are darker, in units of those that each level would have if all had equally many.
    /// </summary>
    private static double Equalized(double[] plane, double own, double white)
    {
        double brightest = plane.Max(value => Level(value, white));
        int perLevel = (int)(plane.Count(value => Level(value, white) < brightest) / 255.0);
        int darker = plane.Count(value => Level(value, white) < Level(own, white));
        return perLevel == 0 ? own : Math.Min(255, ((perLevel / 2) + darker) / perLevel) * white / 255;
    }

    private static double Level(double value, double white) => Math.Round(value * 255 / white);
}
