using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Events.Tests.Pipelines;

/// <summary>The CLIF paper's data sets from recordings to a trained network.</summary>
[TestClass]
public sealed class EventRecipesTests
{
    private static readonly string[] Gestures =
        ["clap", "right wave", "left wave", "right cw", "right ccw", "left cw", "left ccw", "roll", "drums", "guitar"];

    [TestMethod]
    public void Recipes_Frames_HaveTheShapesOfTheirTrainings()
    {
        Assert.AreSequenceEqual(new[] { 20, 2, 128, 128 }, EventRecipes.DvsGesture().Shape.ToArray());
        Assert.AreSequenceEqual(new[] { 10, 2, 48, 48 }, EventRecipes.DvsCifar10().Shape.ToArray());
        Assert.AreSequenceEqual(new[] { 10, 2, 48, 48 }, EventRecipes.DvsCifar10(asPublished: true).Shape.ToArray());
        Assert.AreEqual(20, SpikingClifRecipes.DvsGesture().TimeSteps);
        Assert.AreEqual(10, SpikingClifRecipes.DvsCifar10().TimeSteps);
        Assert.AreEqual(EventScaling.Nearest, EventRecipes.DvsCifar10().Scaling);
    }

    [TestMethod]
    public void DvsGesture_TenRealClips_TrainFromFilesToPredictions()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Dictionary<string, byte[]> clips = EventFiles.Entries("dvsgesture/dvsgesture-10clips.tar.xz");
            for (int i = 0; i < Gestures.Length; i++)
            {
                Directory.CreateDirectory(Path.Combine(folder, Gestures[i]));
                File.WriteAllBytes(Path.Combine(folder, Gestures[i], "clip.bs2"), clips[$"{i + 1}.bs2"]);
            }
            // The recipe but for the size of the network and of the frames, which would take minutes.
            SpikingClifTrainer.Options options = SpikingClifRecipes.DvsGesture();
            options.Network = new ConvNet(8);
            options.Epochs = 12;
            options.Seed = 1;

            // By chance it would be 0.1.
            Assert.IsGreaterThan(0.55,
                Accuracy(new MLContext(1).Data.LoadFromEventFiles(folder, searchPattern: "*.bs2"),
                    EventRecipes.DvsGesture() with { Width = 16, Height = 16 }, options));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void DvsGesture_Aedat31WithItsLabels_TrainsOnTheParts()
    {
        string folder = Path.GetDirectoryName(EventFiles.Require("derived/dvs128_aedat31.aedat"))!;
        string list = Path.GetTempFileName();
        File.WriteAllText(list, "dvs128_aedat31.aedat\n\n");
        IReadOnlyList<EventRecording> parts = EventRecording.OfDvsGestureTrials(folder, list);
        SpikingClifTrainer.Options options = SpikingClifRecipes.DvsGesture();
        options.Network = new ConvNet(4);
        options.Epochs = 1;
        options.BatchSize = 2;
        options.Seed = 1;

        Assert.IsGreaterThan(1, parts.Select(part => part.Label).Distinct().Count());
        Assert.IsInRange(0, 1, Accuracy(new MLContext(1).Data.LoadFromEventFiles(parts),
            EventRecipes.DvsGesture() with { Width = 16, Height = 16 }, options));
    }

    /// <summary>The recipe itself, VGG-11 on 128x128 pixels; its 20 steps only where time does not matter.</summary>
    [TestMethod]
    public void DvsGesture_FullSize_TakesATrainingStep()
    {
        int steps = Environment.GetEnvironmentVariable("SPIKING_LONG_TESTS") == "1" ? 20 : 2;
        var random = new Random(1);
        EventRecording[] recordings = [.. new[] { "clap", "roll" }.Select(label => new EventRecording(
            Enumerable.Range(0, 4_000).Select(time => new Event(
                time, (ushort)random.Next(128), (ushort)random.Next(128), random.Next(2) == 1)).ToArray(), label))];
        SpikingClifTrainer.Options options = SpikingClifRecipes.DvsGesture();
        (options.TimeSteps, options.Epochs, options.BatchSize, options.Seed) = (steps, 1, 2, 1);
        var epochs = new List<EpochMetrics>();
        options.MetricsCallback = epochs.Add;

        double accuracy = Accuracy(new MLContext(1).Data.LoadFromEventFiles(recordings),
            EventRecipes.DvsGesture() with { Windows = EventWindows.SpikingJellyNumber(steps) }, options);

        Assert.IsInRange(0, 1, accuracy);
        Assert.IsInRange(0.01, 10, Assert.ContainsSingle(epochs).Loss);
    }

    [TestMethod]
    public void OfDvsGestureTrials_EmptyList_IsRefused()
    {
        string list = Path.GetTempFileName();

        Assert.EndsWith("the list names no recordings, one on each line.", Assert.ThrowsExactly<InvalidDataException>(
            () => EventRecording.OfDvsGestureTrials(Path.GetTempPath(), list)).Message);
    }

    [TestMethod]
    public void OfCifar10Dvs_Folders_AreSplitByNumber()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            foreach (string name in new[] { "ship", "airplane" })
            {
                Directory.CreateDirectory(Path.Combine(folder, name));
                foreach (int number in new[] { 0, 9, 10, 100, 899, 900 })
                {
                    File.WriteAllBytes(Path.Combine(folder, name, $"cifar10_{name}_{number}.aedat"), []);
                }
                File.WriteAllText(Path.Combine(folder, name, "readme.txt"), "");
            }

            Assert.AreSequenceEqual(
                new[] { "airplane 0", "airplane 9", "airplane 10", "airplane 100", "airplane 899",
                    "ship 0", "ship 9", "ship 10", "ship 100", "ship 899" },
                Names(0, 900));
            Assert.AreSequenceEqual(new[] { "airplane 900", "ship 900" }, Names(900, 100));
            Assert.EndsWith("no class has a file with a number from 1000 to 1009, such as " +
                "airplane/cifar10_airplane_1000.aedat.", Assert.ThrowsExactly<InvalidDataException>(
                    () => EventRecording.OfCifar10Dvs(folder, 1_000, 10)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string[] Names(int from, int count) => [.. EventRecording.OfCifar10Dvs(folder, from, count).Select(item =>
            $"{item.Label} {Path.GetFileNameWithoutExtension(item.Path)!.Split('_')[2]}")];
    }

    [TestMethod]
    public void ClifAuthors_DarkerEventsWithoutBrighterOnes_Vanish()
    {
        var options = new EventFrameOptions
        {
            SensorWidth = 4,
            SensorHeight = 2,
            Width = 2,
            Height = 1,
            Windows = EventWindows.Grid(1, 100),
            Scaling = EventScaling.ClifAuthors,
        };
        // Left: darker events alone, one in each pixel. Right: one darker and one brighter in each.
        Event[] events = [.. from y in new ushort[] { 0, 1 } from x in new ushort[] { 0, 1, 2, 3 }
            from isOn in x < 2 ? new[] { false } : [false, true] select new Event(1, x, y, isOn)];

        float[] frames = Frames(options, events), sums = Frames(options with { Scaling = EventScaling.Sum }, events);

        Assert.AreSequenceEqual(new float[] { 4, 4, 0, 4 }, sums);
        Assert.AreEqual(0f, frames[2], 0.15f); // the triangle reaches over the middle
        Assert.IsGreaterThan(0.85f, frames[3]);
        Assert.AreEqual(1f, frames[1], 1e-6f);
        // A count of 2 becomes 254, of 256 nothing, as the conversion to bytes makes it.
        Event[] one = [new(0, 0, 0, false), new(0, 0, 0, false), .. Enumerable.Repeat(new Event(1, 0, 0, true), 256)];
        Assert.AreSequenceEqual(new[] { 254 / 255f, 0 },
            Frames(options with { SensorWidth = 1, SensorHeight = 1, Width = 1 }, one));
        Assert.StartsWith("ClifAuthors resizes counts in two channels;", Assert.Throws<ArgumentException>(
            () => new MLContext().Transforms.Events.ToFrames("a", "b",
                options with { Polarities = EventPolarities.Merged })).Message);
    }

    [TestMethod]
    public void ClifAuthors_Resized_HasThePixelsOfPillow()
    {
        const int Width = 9, Height = 8;
        var events = new List<Event>();
        for (int i = 0; i < Width * Height; i++)
        {
            var item = new Event(1, (ushort)(i % Width), (ushort)(i / Width), false);
            events.AddRange(Enumerable.Repeat(item, i * 7 % 5));
            events.AddRange(Enumerable.Repeat(item with { On = true }, i * 3 % 4 == 0 ? 0 : i * 11 % 6));
        }

        float[] frames = Frames(new()
        {
            SensorWidth = Width,
            SensorHeight = Height,
            Width = 4,
            Height = 3,
            Windows = EventWindows.Grid(1, 100),
            Scaling = EventScaling.ClifAuthors,
        }, [.. events]);

        // Pillow 9.4.0, a picture of the mode LA, resize((4, 3), BILINEAR).
        int[] gray = [193, 239, 168, 166, 220, 250, 219, 184, 125, 207, 209, 213];
        int[] opacity = [183, 169, 182, 156, 163, 163, 163, 178, 157, 160, 179, 196];
        Assert.AreSequenceEqual(gray.Concat(opacity).Select(value => value / 255f).ToArray(), frames);
    }

    private static double Accuracy(IDataView recordings, EventFrameOptions frames, SpikingClifTrainer.Options options)
    {
        var ml = new MLContext(1);
        var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.Events.ToFrames("Features", "Recording", frames))
            .Append(ml.MulticlassClassification.Trainers.SpikingClif(options)).Fit(recordings);
        return ml.MulticlassClassification.Evaluate(model.Transform(recordings)).MicroAccuracy;
    }

    private static float[] Frames(EventFrameOptions options, Event[] events)
    {
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEventFiles([new EventRecording(events)]);
        return ml.Transforms.Events.ToFrames("Frames", "Recording", options).Fit(data).Transform(data)
            .GetColumn<VBuffer<float>>("Frames").Single().DenseValues().ToArray();
    }
}
