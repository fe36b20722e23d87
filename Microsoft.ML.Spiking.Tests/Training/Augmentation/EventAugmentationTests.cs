using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Augmentation;

namespace Microsoft.ML.Spiking.Tests.Training.Augmentation;

/// <summary>
/// The augmentation of event frames against the events that they count: each change is made on events, whose frames are
/// then counted.
/// </summary>
[TestClass]
public sealed class EventAugmentationTests
{
    private const int Steps = 4, Height = 7, Width = 9, Window = 100;

    private static readonly ImageLayout Layout = new(Steps, 2, Height, Width);

    [TestMethod]
    public void Changes_OfFrames_AreThoseOfTheirEvents()
    {
        (int T, int X, int Y, bool On)[] events = Events(1);
        float[] scratch = new float[Layout.RowSize];

        AssertChange(row => EventChanges.FlipVertically(row, Layout), e => (e.T, e.X, Height - 1 - e.Y, e.On));
        AssertChange(row => EventChanges.ExchangePolarities(row, Layout), e => (e.T, e.X, e.Y, !e.On));
        AssertChange(
            row => EventChanges.ReverseTime(row, Layout), e => ((Steps * Window) - 1 - e.T, e.X, e.Y, !e.On));
        foreach ((int down, int right) in new[] { (0, 0), (2, -3), (-6, 8), (6, 1), (-1, -8) })
        {
            AssertChange(row => EventChanges.Roll(row, Layout, down, right, scratch),
                e => (e.T, (e.X + right + Width) % Width, (e.Y + down + Height) % Height, e.On));
        }

        void AssertChange(Action<float[]> change, Func<(int T, int X, int Y, bool On), (int, int, int, bool)> ofEvent)
        {
            float[] row = Frames(events);
            change(row);
            Assert.AreSequenceEqual(Frames([.. events.Select(ofEvent)]), row);
        }
    }

    [TestMethod]
    public void TiltX_AroundTheMiddleLine_MovesLinesByTheirDistance()
    {
        // tan 45° is 1: the line 3 of 7 stays, those above it come from the left or right by their distance.
        float[] row = Frames(Events(2));
        float[] original = [.. row];

        AffineWarp.TiltX(45, Layout).Apply(row, Layout, new float[Layout.PlaneSize], new int[Layout.PlaneSize]);

        for (int i = 0; i < row.Length; i++)
        {
            int x = i % Width, y = i / Width % Height, source = x + y - 3;
            Assert.AreEqual(source is >= 0 and < Width ? original[i - x + source] : 0, row[i]);
        }
    }

    [TestMethod]
    public void Thin_CountsOfEvents_LosesEachWithTheProbability()
    {
        float[] kinds = [0, 3, -2, 0.5f], values = [.. Enumerable.Range(0, 4_000).Select(i => kinds[i % 4])];
        float[] thinned = [.. values];
        var random = new RandomStream(1, RandomPurpose.EventAugmentation);

        EventDrop.Thin(thinned, 0.3, ref random);

        Assert.IsTrue(values.Zip(thinned).All(pair => Math.Abs(pair.Second) <= Math.Abs(pair.First)
            && pair.First * pair.Second >= 0 && (pair.First != 0.5f || pair.Second is 0 or 0.5f)));
        // 0.7 of 3,000, of 2,000 and of 1,000 events, with deviations of 25, 20 and 14.
        Assert.AreEqual(2_100, Sum(3), 100);
        Assert.AreEqual(1_400, -Sum(-2), 80);
        Assert.AreEqual(350, Sum(0.5f), 28);

        float[] many = [5_000f];
        EventDrop.Thin(many, 0.3, ref random);
        Assert.AreEqual(3_500, many[0], 130);
        Assert.AreEqual(many[0], MathF.Round(many[0]));
        EventDrop.Thin(many, 1, ref random);
        Assert.AreEqual(0, many[0]);

        float Sum(float of) => values.Zip(thinned).Where(pair => pair.First == of).Sum(pair => pair.Second);
    }

    [TestMethod]
    public void OfTime_ASpan_EmptiesItsStepsAndThinsThoseAtItsEnds()
    {
        float[] row = [.. Enumerable.Repeat(10f, Layout.RowSize)];
        var random = new RandomStream(1, RandomPurpose.EventAugmentation);

        EventDrop.OfTime(row, Layout, from: 0.125, share: 0.5, ref random); // from 0.5 to 2.5 of 4 steps

        int size = 2 * Layout.PlaneSize;
        float[] sums = [.. row.Chunk(size).Select(step => step.Sum() / (10 * size))];
        Assert.AreEqual(0.5, sums[0], 0.05);
        Assert.AreEqual(0, sums[1]);
        Assert.AreEqual(0.5, sums[2], 0.05);
        Assert.AreEqual(1, sums[3]);
    }

    [TestMethod]
    public void Apply_Drop_HasAllFourWays()
    {
        int unchanged = 0, boxes = 0, others = 0;
        for (int i = 0; i < 200; i++)
        {
            float[] row = [.. Enumerable.Repeat(2f, Layout.RowSize)];
            var random = new RandomStream(1, RandomPurpose.EventAugmentation, item: i);
            EventDrop.Apply(row, Layout, ref random);
            float[] plane = row[..Layout.PlaneSize];
            bool isSame = row.Chunk(Layout.PlaneSize).All(other => other.SequenceEqual(plane));
            int lost = plane.Count(value => value == 0);
            if (lost == 0 && isSame)
            {
                unchanged++;
            }
            else if (isSame && plane.All(value => value is 0 or 2))
            {
                // Sides of 0.05 to 0.25 of 7 and 9 pixels, at least one.
                Assert.IsInRange(1, 4, lost);
                boxes++;
            }
            else
            {
                others++;
            }
        }
        Assert.IsInRange(30, 70, unchanged);
        Assert.IsInRange(30, 70, boxes);
        Assert.IsInRange(70, 130, others);
    }

    [TestMethod]
    public void CutTime_ASpanOfSteps_IsTheRowsBefore()
    {
        for (int i = 0; i < 20; i++)
        {
            float[][] rows = [Frames(Events(1)), Frames(Events(2)), Frames(Events(3))];
            float[] batch = [.. rows.SelectMany(row => row)];

            double share = EventMixing.CutTime(batch, Layout, 1, new(i, RandomPurpose.EventMixing),
                new float[Layout.RowSize]);

            int size = 2 * Layout.PlaneSize;
            for (int row = 0; row < 3; row++)
            {
                float[] found = batch[(row * Layout.RowSize)..((row + 1) * Layout.RowSize)];
                bool[] isOwn = [.. found.Chunk(size).Zip(rows[row].Chunk(size))
                    .Select(pair => pair.First.SequenceEqual(pair.Second))];
                bool[] isOther = [.. found.Chunk(size).Zip(rows[(row + 2) % 3].Chunk(size))
                    .Select(pair => pair.First.SequenceEqual(pair.Second))];
                Assert.IsTrue(isOwn.Zip(isOther).All(pair => pair.First != pair.Second));
                Assert.AreEqual(share, isOwn.Count(own => own) / (double)Steps);
                Assert.IsLessThanOrEqualTo(2, isOwn.Zip(isOwn.Skip(1)).Count(pair => pair.First != pair.Second));
            }
        }
    }

    [TestMethod]
    public void Copy_ARegion_HasTheEventsShareOfTheLabel()
    {
        float[] row = Frames(Events(1)), before = Frames(Events(2)), original = [.. row];
        float[] heights = [.. Enumerable.Range(0, Steps * Layout.PlaneSize).Select(i => (float)(i * 7 % 11))];

        double share = EventMixing.Copy(before, row, Layout, heights, threshold: 6);

        bool IsInside(int i) => heights[(i / (2 * Layout.PlaneSize) * Layout.PlaneSize) + (i % Layout.PlaneSize)] >= 6;
        double r1 = original.Where((_, i) => IsInside(i)).Sum() / (double)original.Sum();
        double r2 = before.Where((_, i) => IsInside(i)).Sum() / (double)before.Sum();
        Assert.AreSequenceEqual(original.Select((value, i) => IsInside(i) ? before[i] : value).ToArray(), row);
        Assert.AreEqual(1 - (r2 / (1 - r1 + r2)), share, 1e-9);
        Assert.IsInRange(0.2, 0.9, share);
    }

    [TestMethod]
    public void Apply_EventMix_MixesHalfOfTheRowsByRegionsOfAnyShare()
    {
        const int Rows = 200;
        float[] batch = [.. Enumerable.Range(1, Rows).SelectMany(i => Enumerable.Repeat((float)i, Layout.RowSize))];
        double[] shares = new double[Rows];

        Augmenter(new() { MixBeta = 1 }).Apply(batch, 1, 0, shares);

        int mixed = 0;
        var parts = new List<double>();
        for (int row = 0; row < Rows; row++)
        {
            float[] found = batch[(row * Layout.RowSize)..((row + 1) * Layout.RowSize)];
            float before = ((row + Rows - 1) % Rows) + 1;
            double part = found.Count(value => value == before) / (double)found.Length;
            Assert.IsTrue(found.All(value => value == row + 1 || value == before));
            // Where all values of a row are equal, the shares of the events are those of the region.
            Assert.AreEqual(1 - part, shares[row], 1e-9);
            mixed += part > 0 ? 1 : 0;
            parts.Add(part);
        }
        Assert.IsInRange(75, 125, mixed);
        Assert.AreEqual(0.25, parts.Average(), 0.06); // half of the rows, half of each
    }

    [TestMethod]
    public void Apply_AllKindsOfMixing_AreDrawnAlike()
    {
        var recipe = new ImageAugmentation
        {
            MixupAlpha = 1,
            CutmixAlpha = 1,
            Events = new() { MixBeta = 1, TimeCutmixAlpha = 1 },
        };
        int mixup = 0, unequal = 0;
        for (int i = 0; i < 200; i++)
        {
            float[] batch = [.. Enumerable.Range(0, 4).SelectMany(row => Enumerable.Repeat(row, Layout.RowSize))
                .Select(row => row * 100f)];
            double[] shares = new double[4];
            new BatchAugmenter(recipe, new RowLayout([2, Height, Width], Steps), [0f], seed: 1)
                .Apply(batch, 1, i * 4, shares);
            mixup += batch.All(value => value % 100 == 0) ? 0 : 1;
            unequal += shares.Distinct().Count() > 1 ? 1 : 0;
        }
        Assert.IsInRange(30, 70, mixup);
        Assert.IsInRange(28, 70, unequal); // EventMix, unless it draws four times the same
    }

    [TestMethod]
    public void Apply_EachGeometry_ChangesAsItSays()
    {
        // Rolls keep all values; rotation and tilt of so many different ones lose some, unless the angle is small.
        var nda = new EventAugmentation { Roll = 2, Rotation = 30, Shear = 30 };
        (int rolled, int warped, int same) = Count(nda);
        Assert.IsInRange(75, 150, rolled);
        Assert.IsInRange(120, 215, warped);
        Assert.IsInRange(4, 60, same);

        (rolled, warped, same) = Count(nda with { Geometry = EventGeometry.RollThenOneOf });
        Assert.IsInRange(85, 165, rolled);
        Assert.IsInRange(120, 215, warped);
        Assert.IsLessThan(15, same); // only where the roll is by 0 and 0

        static (int Rolled, int Warped, int Same) Count(EventAugmentation recipe)
        {
            (int rolled, int warped, int same) = (0, 0, 0);
            float[] full = [.. Enumerable.Range(0, Layout.RowSize).Select(i => 1f + (i % Layout.PlaneSize))];
            for (int i = 0; i < 300; i++)
            {
                float[] row = [.. full];
                Augmenter(recipe).Apply(row, 1, i);
                float[] plane = row[..Layout.PlaneSize], original = full[..Layout.PlaneSize];
                Assert.IsTrue(row.Chunk(Layout.PlaneSize).All(other => other.SequenceEqual(plane)));
                bool isPermuted = plane.Order().SequenceEqual(original);
                bool isSame = plane.SequenceEqual(original);
                warped += isPermuted ? 0 : 1;
                rolled += isPermuted && !isSame ? 1 : 0;
                same += isSame ? 1 : 0;
            }
            return (rolled, warped, same);
        }
    }

    [TestMethod]
    public void Apply_BatchesOfAnySize_GiveTheSameRows()
    {
        var recipe = new EventAugmentation
        {
            VerticalFlip = true,
            PolarityFlip = true,
            TimeReversal = true,
            Roll = 3,
            Rotation = 20,
            Shear = 20,
            Drop = true,
        };
        float[] whole = [.. Enumerable.Range(0, 10).SelectMany(i => Frames(Events(i)))];
        float[] before = [.. whole], first = whole[..(4 * Layout.RowSize)], rest = whole[(4 * Layout.RowSize)..];

        Augmenter(recipe).Apply(whole, epoch: 3, firstRow: 20);
        Augmenter(recipe).Apply(rest, epoch: 3, firstRow: 24);
        Augmenter(recipe).Apply(first, epoch: 3, firstRow: 20);

        Assert.AreSequenceEqual(whole, first.Concat(rest).ToArray());
        Assert.AreNotSequenceEqual(before, whole);
        float[] otherEpoch = [.. before];
        Augmenter(recipe).Apply(otherEpoch, epoch: 4, firstRow: 20);
        Assert.AreNotSequenceEqual(whole, otherEpoch);
    }

    [TestMethod]
    public void Select_AnyRank_IsTheSortedValue()
    {
        var random = new Random(1);
        for (int length = 1; length < 40; length++)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(12))];
            float[] sorted = [.. values.Order()];
            for (int rank = 0; rank < length; rank++)
            {
                Assert.AreEqual(sorted[rank], RowOrder.Select([.. values], rank));
            }
        }
    }

    [TestMethod]
    public void Faults_ValuesOutOfRange_AreNamed()
    {
        AssertFault(new() { Roll = -1 }, "EventAugmentation.Roll is -1; it must be from 0 to 1024 pixels.");
        AssertFault(new() { Rotation = 181 }, "EventAugmentation.Rotation is 181; it must be from 0 to 180 degrees.");
        AssertFault(new() { Shear = double.NaN }, "EventAugmentation.Shear is NaN; it must be from 0 to 60 degrees.");
        AssertFault(new() { MixBeta = -1 }, "EventAugmentation.MixBeta is -1; it must be from 0 to 100.");
        AssertFault(new() { TimeCutmixAlpha = 101 },
            "EventAugmentation.TimeCutmixAlpha is 101; it must be from 0 to 100.");
        AssertFault(new() { Geometry = (EventGeometry)2 },
            "EventAugmentation.Geometry is 2; it must be OneOf or RollThenOneOf.");

        static void AssertFault(EventAugmentation events, string fault) =>
            Assert.AreSequenceEqual(new[] { fault }, new ImageAugmentation { Events = events }.Faults().ToArray());
    }

    [TestMethod]
    public void FaultFor_RowsThatItDoesNotSuit_SaysWhy()
    {
        Assert.IsNull(Fault(new() { Roll = 4 }, [2, 5, 5], 3));
        Assert.IsNull(Fault(new() { Drop = true, MixBeta = 1, TimeCutmixAlpha = 1 }, [700], 3));
        Assert.StartsWith("EventAugmentation needs rows with a time axis of two steps or more",
            Fault(new(), [2, 5, 5], null));
        Assert.StartsWith("EventAugmentation needs rows with a time axis", Fault(new(), [2, 5, 5], 1));
        Assert.AreEqual("EventAugmentation.Roll is 5, but the frames are 5x6; it must be less than both.",
            Fault(new() { Roll = 5 }, [2, 5, 6], 3));
        Assert.AreEqual("EventAugmentation.PolarityFlip needs two channels, darker and brighter, but the features " +
            "have the shape [1, 5, 6].", Fault(new() { PolarityFlip = true }, [1, 5, 6], 3));
        Assert.StartsWith("Flips, roll, rotation and shear need frames of [channels, height, width]",
            Fault(new() { Rotation = 5 }, [700], 3));

        static string? Fault(EventAugmentation events, int[] shape, int? steps) =>
            new ImageAugmentation { Events = events }.FaultFor(shape, steps);
    }

    private static BatchAugmenter Augmenter(EventAugmentation events) =>
        new(new() { Events = events }, new RowLayout([2, Height, Width], Steps), [0f], seed: 1);

    private static (int T, int X, int Y, bool On)[] Events(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 300).Select(_ => (random.Next(Steps * Window), random.Next(Width),
            random.Next(Height), random.Next(2) == 1))];
    }

    private static float[] Frames((int T, int X, int Y, bool On)[] events)
    {
        float[] frames = new float[Layout.RowSize];
        foreach ((int t, int x, int y, bool on) in events)
        {
            frames[(((((t / Window * 2) + (on ? 1 : 0)) * Height) + y) * Width) + x]++;
        }
        return frames;
    }
}
