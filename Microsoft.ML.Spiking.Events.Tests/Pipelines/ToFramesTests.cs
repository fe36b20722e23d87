using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Events.Tests.Pipelines;

[TestClass]
public sealed class ToFramesTests
{
    private static readonly EventFrameOptions Plain = new()
    {
        SensorWidth = 6,
        SensorHeight = 4,
        Windows = EventWindows.Grid(3, 100),
    };

    public static IEnumerable<object[]> AllRules =>
    [
        [Plain, new[] { 3, 2, 4, 6 }],
        [Plain with { Windows = EventWindows.SpikingJellyNumber(4) }, new[] { 4, 2, 4, 6 }],
        [Plain with { Windows = EventWindows.SpikingJellyTime(2), Width = 3, Height = 2 }, new[] { 2, 2, 2, 3 }],
        [Plain with { Windows = EventWindows.SpikingJellyDuration(40), Steps = 5, MaximumValue = 1.5f },
            new[] { 5, 2, 4, 6 }],
        [Plain with { Windows = EventWindows.TonicTimeWindow(50, 10), Steps = 5 }, new[] { 5, 2, 4, 6 }],
        [Plain with { Windows = EventWindows.TonicTimeBins(3) }, new[] { 3, 2, 4, 6 }],
        [Plain with { Windows = EventWindows.TonicEventCount(11), Steps = 2, Scaling = EventScaling.Nearest,
            Width = 2 }, new[] { 2, 2, 4, 2 }],
        [Plain with { Windows = EventWindows.TonicEventBins(3), DenoiseTime = 50 }, new[] { 3, 2, 4, 6 }],
        [Plain with { Values = EventValues.VoxelGrid }, new[] { 3, 1, 4, 6 }],
        [Plain with { Values = EventValues.TimeSurface }, new[] { 3, 2, 4, 6 }],
        [Plain with { Polarities = EventPolarities.Merged }, new[] { 3, 1, 4, 6 }],
        [Plain with { Polarities = EventPolarities.Merged, Height = 1 }, new[] { 3, 6 }],
    ];

    [TestMethod]
    [DynamicData(nameof(AllRules))]
    public void Transform_EachRule_HasItsShapeAndSurvivesSaving(object rule, int[] shape)
    {
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEventFiles([new EventRecording(Random(1)), new EventRecording(Random(2))]);
        EventFramesEstimator estimator =
            ml.Transforms.Events.ToFrames("Frames", "Recording", (EventFrameOptions)rule);
        EventFramesTransformer transformer = estimator.Fit(data);
        using var stream = new MemoryStream();
        ml.Model.Save(transformer, data.Schema, stream);
        stream.Position = 0;
        var loaded = (EventFramesTransformer)new MLContext(1).Model.Load(stream, out _);

        IDataView frames = transformer.Transform(data);
        float[][] expected = Values(frames), actual = Values(loaded.Transform(data));

        var type = (VectorDataViewType)frames.Schema["Frames"].Type;
        Assert.AreSequenceEqual(shape, type.Dimensions.ToArray());
        Assert.AreEqual(type, transformer.GetOutputSchema(data.Schema)["Frames"].Type);
        SchemaShape.Column column =
            estimator.GetOutputSchema(ShapeOf(data.Schema)).Single(item => item.Name == "Frames");
        Assert.AreEqual((SchemaShape.Column.VectorKind.Vector, (DataViewType)NumberDataViewType.Single),
            (column.Kind, column.ItemType));
        Assert.AreEqual((EventFrameOptions)rule, loaded.Options);
        Assert.IsTrue(expected.All(row => row.Any(value => value != 0)));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreSequenceEqual(expected[i], actual[i]);
        }
    }

    [TestMethod]
    public void Transform_CountsOfEachRule_AreThoseOfEventFrames()
    {
        Event[] events = Random(3);
        foreach (EventWindows windows in new[]
            {
                EventWindows.Grid(3, 100), EventWindows.SpikingJellyNumber(4), EventWindows.SpikingJellyTime(2),
                EventWindows.TonicTimeBins(3), EventWindows.TonicEventBins(3, 0.5),
            })
        {
            Assert.AreSequenceEqual(EventFrames.Count(events, 6, 4, windows).Values.ToArray(),
                Frames(Plain with { Windows = windows }, events));
        }
    }

    [TestMethod]
    public void Transform_SmallCases_AreTheFormulas()
    {
        Event[] events = [new(0, 0, 0, true), new(150, 5, 3, false), new(199, 5, 3, true), new(200, 4, 3, true)];
        EventFrameOptions small = Plain with { Width = 2, Height = 1, Windows = EventWindows.Grid(2, 150) };

        // Columns 0 to 2 and 3 to 5 are one each. [steps, polarities, 1, 2]
        Assert.AreSequenceEqual(new float[] { 0, 0, 1, 0, 0, 1, 0, 2 }, Frames(small, events));
        Assert.AreSequenceEqual(new float[] { 0, 0, 1, 0, 0, 1, 0, 1 },
            Frames(small with { MaximumValue = 1 }, events));
        // Of the nearest columns, 0 and 3, and the nearest row, 0, one has an event.
        Assert.AreSequenceEqual(new float[] { 0, 0, 1, 0, 0, 0, 0, 0 },
            Frames(small with { Scaling = EventScaling.Nearest }, events));
        // At 150, 199 and 200 of 300 µs two steps have come to 1, 1.3267 and 1.3333; the rest of them is lost.
        AssertNear([1, 0, 0, -1 + (1 - (49 / 150f)) + (1 - (50 / 150f))],
            Frames(small with { Values = EventValues.VoxelGrid }, events));
        AssertNear([0, 0, MathF.Exp(-1.5f), 0, 0, MathF.Exp(-1.5f), MathF.Exp(-3), MathF.Exp(-1)],
            Frames(small with { Values = EventValues.TimeSurface, TimeConstant = 100 }, events));
        // Of the last four, (5, 3) at 199 follows itself alone; (4, 3) at 200 is its neighbor.
        Assert.AreSequenceEqual(new float[] { 0, 0, 0, 0, 0, 0, 0, 1 },
            Frames(small with { DenoiseTime = 10 }, events));
    }

    [TestMethod]
    public void Predict_ModelWithFrames_TakesARecording()
    {
        var ml = new MLContext(1);
        EventRecording[] recordings =
            [.. Enumerable.Range(0, 12).Select(i => new EventRecording(Random(i), i % 2 == 0 ? "a" : "b"))];
        IDataView data = ml.Data.LoadFromEventFiles(recordings);
        TransformerChain<SpikingPredictionTransformer> model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.Events.ToFrames("Features", "Recording", Plain))
            .Append(ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
            {
                Network = new ConvNet(3),
                Epochs = 1,
                BatchSize = 4,
                Seed = 1,
            })).Fit(data);
        using var stream = new MemoryStream();
        ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(stream, out _);

        using PredictionEngine<EventRecordingRow, Scores> engine =
            ml.Model.CreatePredictionEngine<EventRecordingRow, Scores>(loaded);
        float[][] expected =
            [.. model.Transform(data).GetColumn<VBuffer<float>>("Score").Select(row => row.DenseValues().ToArray())];

        for (int i = 0; i < recordings.Length; i++)
        {
            Assert.AreSequenceEqual(
                expected[i], engine.Predict(new EventRecordingRow { Recording = recordings[i] }).Score);
        }
    }

    [TestMethod]
    public void LoadFromEventFiles_Folder_HasClassesInOrderAndReadsLazily()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            foreach (string name in new[] { "b", "a" })
            {
                Directory.CreateDirectory(Path.Combine(folder, name));
                File.WriteAllBytes(Path.Combine(folder, name, "1.es"), [1, 2, 3]);
                File.WriteAllBytes(Path.Combine(folder, name, "2.es"), [1, 2, 3]);
            }
            var ml = new MLContext();

            IDataView data = ml.Data.LoadFromEventFiles(folder);

            Assert.AreSequenceEqual(new[] { "a", "a", "b", "b" }, data.GetColumn<string>("Label").ToArray());
            Assert.Contains("begins with 010203",
                Assert.Throws<Exception>(() => Values(Transform(data))).GetBaseException().Message);
            Assert.Throws<ArgumentException>(() => ml.Data.LoadFromEventFiles(folder, searchPattern: "*.raw"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void Transform_BadRecordings_AreNamed()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "short.es");
        using (EventWriter writer = EventWriter.Create(file, EventFormat.EventStream, 6, 5))
        {
            writer.Write([new(10, 1, 1, true), new(20, 1, 1, true)]);
        }

        AssertRefused(new(file), "The file's camera has a Height of 5, the options ask for 4");
        AssertRefused(new(file, "clap", from: 100, to: 200),
            "no event lies in the part from 100 to 200 µs, labelled 'clap'; the recording's are from 10 to 20 µs.",
            Plain with { SensorHeight = 5 });
        AssertRefused(new(file), "The recording lasts 10 µs and a window 100 µs, so that no more than two frames " +
            "have events; choose shorter windows.", Plain with { SensorHeight = 5 });
        AssertRefused(new(Array.Empty<Event>()), "The recording has no events; leave it out");
        AssertRefused(new(new Event[] { new(900, 1, 1, true), new(1100, 1, 1, true) }),
            "none of them in the windows from 0 to 300 µs");
        Assert.ThrowsExactly<ArgumentException>(() => new EventRecording("a", from: 3, to: 3));
    }

    [TestMethod]
    public void Transform_RowWithoutRecording_IsMissing()
    {
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEnumerable([new EventRecordingRow()]);

        Assert.IsTrue(Values(Transform(data)).Single().All(float.IsNaN));
    }

    [TestMethod]
    public void Options_OutOfRange_AreRefused()
    {
        AssertFault(Plain with { SensorWidth = 0 }, "SensorWidth is 0; it must be from 1 to 65536 pixels.");
        AssertFault(Plain with { Width = 7 }, "Width is 7; it must be from 1 to 6.");
        AssertFault(Plain with { Steps = 4 },
            "Steps is 4, but the rule of windows has 3 steps; leave it null.");
        AssertFault(Plain with { Windows = EventWindows.TonicEventCount(3) },
            "The number of windows depends on the recording, and rows must have the same number; give Steps.");
        AssertFault(Plain with { MaximumValue = float.NaN }, "MaximumValue is NaN; it must be greater than 0.");
        AssertFault(Plain with { Values = (EventValues)7 },
            "Values is 7; it must be one of Counts, VoxelGrid, TimeSurface.");
        AssertFault(Plain with { Values = EventValues.VoxelGrid, Windows = EventWindows.SpikingJellyNumber(3) },
            "A voxel grid divides a time into equal parts; choose Grid, TonicTimeBins or SpikingJellyTime.");
    }

    [TestMethod]
    public void GetOutputSchema_WrongColumn_IsRefused()
    {
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEventFiles([new EventRecording(Random(1))]);

        Assert.Throws<ArgumentOutOfRangeException>(
            () => ml.Transforms.Events.ToFrames("Frames", "Label", Plain).Fit(data));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => ml.Transforms.Events.ToFrames("Frames", "Nothing", Plain).Fit(data));
    }

    // What an estimator chain asks its estimators with; ML.NET does not show it to others.
    private static SchemaShape ShapeOf(DataViewSchema schema) => (SchemaShape)typeof(SchemaShape)
        .GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!
        .Invoke(null, [schema])!;

    private static void AssertFault(EventFrameOptions options, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(
            () => new MLContext().Transforms.Events.ToFrames("Frames", "Recording", options)).Message);

    private static void AssertRefused(EventRecording recording, string part, EventFrameOptions? options = null)
    {
        IDataView data = new MLContext().Data.LoadFromEventFiles([recording]);
        Assert.Contains(part,
            Assert.Throws<Exception>(() => Values(Transform(data, options))).GetBaseException().Message);
    }

    private static float[] Frames(EventFrameOptions options, Event[] events) =>
        Values(Transform(new MLContext().Data.LoadFromEventFiles([new EventRecording(events)]), options)).Single();

    private static IDataView Transform(IDataView data, EventFrameOptions? options = null) =>
        new MLContext().Transforms.Events.ToFrames("Frames", "Recording", options ?? Plain).Fit(data).Transform(data);

    private static float[][] Values(IDataView data) =>
        [.. data.GetColumn<VBuffer<float>>("Frames").Select(row => row.DenseValues().ToArray())];

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-5f);
        }
    }

    private static Event[] Random(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 60).Select(_ => (long)random.Next(300)).Order().Select(time =>
            new Event(time, (ushort)random.Next(6), (ushort)random.Next(4), random.Next(2) == 1))];
    }

    private sealed class Scores
    {
        public float[] Score { get; set; } = [];
    }
}
