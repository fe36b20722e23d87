using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Events.Tests;

[TestClass]
public sealed class EventStreamTests
{
    private const int Side = 8;
    private const int Steps = 5;

    private static readonly Lazy<SpikingPredictionTransformer> Trained = new(Train);

    public static IEnumerable<object[]> Rules =>
    [
        [Options(EventWindows.Grid(Steps, 1_000))],
        [Options(EventWindows.Grid(Steps, 1_000)) with { SensorWidth = 16, SensorHeight = 24, Width = Side,
            Height = Side, MaximumValue = 2 }],
        [Options(EventWindows.Grid(Steps, 1_000)) with { SensorWidth = 20, Width = Side,
            Scaling = EventScaling.Nearest, DenoiseTime = 300 }],
        [Options(EventWindows.Grid(Steps, 1_000)) with { Values = EventValues.TimeSurface, TimeConstant = 700 }],
        [Options(EventWindows.TonicEventCount(90)) with { Steps = Steps }],
        [Options(EventWindows.TonicTimeWindow(800)) with { Steps = Steps }],
        [Options(EventWindows.SpikingJellyDuration(800)) with { Steps = Steps }],
    ];

    [TestMethod]
    [DynamicData(nameof(Rules))]
    public void Push_WholeRecordings_GiveTheScoresOfTheRow(object rule)
    {
        var options = (EventFrameOptions)rule;
        var stream = new EventStream(Trained.Value.Model.CreateStream(), options);
        for (int seed = 0; seed < 5; seed++)
        {
            Event[] events = Random(seed, 900, options);
            float[] expected = Score(events, options);

            stream.Reset();
            int steps = stream.Push(events.AsSpan(0, 400));
            foreach (Event item in events[400..])
            {
                steps += stream.Scorer.Decision is null ? stream.Push([item]) : 0;
            }
            steps += stream.Scorer.Decision is null ? stream.AdvanceTo(5_000) : 0;

            Assert.AreEqual(Steps, steps);
            Assert.AreSequenceEqual(expected, stream.Scorer.Scores.ToArray());
        }
    }

    [TestMethod]
    public void AdvanceTo_WithoutEvents_ClosesEmptyWindows()
    {
        var seen = new List<EventStreamStep>();
        var stream = new EventStream(
            Trained.Value.Model.CreateStream(), Options(EventWindows.Grid(Steps, 1_000)), seen.Add);

        int before = stream.AdvanceTo(10_000);
        stream.Push([new(2_300, 1, 2, isOn: true)]);
        int after = stream.AdvanceTo(4_000);

        Assert.AreEqual((0, 2), (before, after));
        Assert.AreSequenceEqual(new[] { (2_000L, 3_000L, 1), (3_000L, 4_000L, 0) },
            seen.Select(step => (step.From, step.To, step.Events)).ToArray());
        Assert.IsTrue(stream.Frame.ToArray().All(value => value == 0));
    }

    [TestMethod]
    [DataRow(10_000, 5_000L, StreamReset.Gap)]
    [DataRow(100, null, StreamReset.TimeWentBack)]
    [DataRow(3_999, 5_000L, StreamReset.None)]
    public void Push_TimesThatJump_ResetTheStream(int time, long? gap, StreamReset expected)
    {
        var seen = new List<EventStreamStep>();
        var stream = new EventStream(Trained.Value.Model.CreateStream(), Options(EventWindows.Grid(Steps, 1_000)),
            seen.Add, new() { MaximumGap = gap });
        stream.Push([new(2_300, 1, 2, isOn: true), new(3_100, 1, 2, isOn: true)]);

        stream.Push([new(time, 1, 2, isOn: true)]);
        stream.AdvanceTo(time + 1_000);

        Assert.AreEqual(expected, seen[1].Step.Reset);
        Assert.AreEqual(expected == StreamReset.None ? 2 : 1, seen[1].Step.Step);
        Assert.AreEqual(time / 1_000 * 1_000, seen[1].From);
    }

    [TestMethod]
    public void Push_HundredThousandEmptyWindows_IsRefused()
    {
        var stream = new EventStream(Trained.Value.Model.CreateStream(), Options(EventWindows.Grid(Steps, 1)));
        stream.Push([new(0, 1, 2, isOn: true)]);

        InvalidOperationException thrown =
            Assert.ThrowsExactly<InvalidOperationException>(() => stream.Push([new(1_000_000, 1, 2, isOn: true)]));

        Assert.AreEqual("The time goes from 0 to 1000000 µs, which is 1000000 windows; reset the stream, or give " +
            "MaximumGap.", thrown.Message);
    }

    [TestMethod]
    public void Push_ManyEvents_AllocatesNothing()
    {
        var stream = new EventStream(Trained.Value.Model.CreateStream(), Options(EventWindows.Grid(Steps, 10)));
        Event[] events = Random(1, 3_000, stream.Frames);
        stream.Push(events);
        stream.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();

        int steps = stream.Push(events);

        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.IsGreaterThan(400, steps);
    }

    [TestMethod]
    public void Constructor_WhatAStreamCannotHave_IsRefusedByName()
    {
        AssertRefused(Options(EventWindows.SpikingJellyNumber(Steps)), "The rule SpikingJellyNumber needs the whole");
        AssertRefused(Options(EventWindows.TonicTimeBins(Steps)), "The rule TonicTimeBins needs the whole");
        AssertRefused(Options(EventWindows.TonicTimeWindow(10, 2)) with { Steps = 2 },
            "The rule TonicTimeWindow with overlap needs the whole");
        AssertRefused(Options(EventWindows.Grid(Steps, 10)) with { SensorWidth = 9 },
            "A frame has 144 values, [2, 8, 9]; the model takes 128, [2, 8, 8].");
    }

    private static void AssertRefused(EventFrameOptions options, string start) => Assert.StartsWith(start,
        Assert.ThrowsExactly<ArgumentException>(
            () => new EventStream(Trained.Value.Model.CreateStream(), options)).Message);

    [TestMethod]
    public void Push_SpikingJellyDuration_TakesTheVeryLastEventForTheNextWindow()
    {
        var seen = new List<EventStreamStep>();
        EventFrameOptions options = Options(EventWindows.SpikingJellyDuration(100)) with { Steps = Steps };
        var stream = new EventStream(Trained.Value.Model.CreateStream(), options, seen.Add);
        Event[] events = [new(50, 1, 1, true), new(120, 1, 1, true), new(180, 1, 1, true), new(250, 1, 1, true)];

        stream.Push(events);
        stream.AdvanceTo(350);

        // The recording has two windows, from 50 and from 150; the event at 250 is in the second.
        Assert.AreEqual(2,
            EventFrames.Count(events, Side, Side, EventWindows.SpikingJellyDuration(100))[1, 1, 1, 1]);
        Assert.AreSequenceEqual(new[] { 2, 1, 1 }, seen.Select(step => step.Events).ToArray());
    }

    private static EventFrameOptions Options(EventWindows windows) =>
        new() { SensorWidth = Side, SensorHeight = Side, Windows = windows };

    private static float[] Score(Event[] events, EventFrameOptions options)
    {
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEventFiles([new EventRecording(events)]);
        IDataView frames = ml.Transforms.Events.ToFrames("Features", "Recording", options).Fit(data).Transform(data);
        IDataView scored = Trained.Value.Transform(frames);
        return scored.GetColumn<VBuffer<float>>("Score").Single().DenseValues().ToArray();
    }

    private static Event[] Random(int seed, int count, EventFrameOptions options)
    {
        var random = new Random(seed);
        long[] times = [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(5_000)).Order()];
        times[0] = 0;
        return [.. times.Select(time => new Event(time, (ushort)random.Next(options.SensorWidth),
            (ushort)random.Next(options.SensorHeight), random.Next(2) == 1))];
    }

    private static SpikingPredictionTransformer Train()
    {
        var ml = new MLContext(1);
        EventFrameOptions options = Options(EventWindows.Grid(Steps, 1_000));
        EventRecording[] recordings = [.. Enumerable.Range(0, 24)
            .Select(i => new EventRecording(Random(100 + i, 900, options), i % 2 == 0 ? "a" : "b"))];
        IDataView data = ml.Data.LoadFromEventFiles(recordings);
        return ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.Events.ToFrames("Features", "Recording", options))
            .Append(ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
            {
                Network = new ConvNet(6),
                Epochs = 2,
                BatchSize = 8,
                Seed = 1,
            }))
            .Fit(data).LastTransformer;
    }
}
