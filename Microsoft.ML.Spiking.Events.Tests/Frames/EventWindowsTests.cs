using System.Buffers.Binary;
using System.Text.Json;

namespace Microsoft.ML.Spiking.Events.Tests.Frames;

[TestClass]
public sealed class EventWindowsTests
{
    [TestMethod]
    public void SpikingJellyNumber_OfARecording_GivesTheFramesThatSpikingJellyStored()
    {
        EventFrames stored = EventFrames.Load(EventFiles.Require("derived/spikingjelly_frames_number10.npz"));

        EventFrames frames = EventFrames.Count(AllOfTheRecording(), 128, 128, EventWindows.SpikingJellyNumber(10));

        Assert.AreEqual((10, 2, 128, 128), (frames.Steps, frames.Channels, frames.Height, frames.Width));
        Assert.AreSequenceEqual(stored.Values.ToArray(), frames.Values.ToArray());
    }

    [TestMethod]
    public void SpikingJellyTime_OfARecording_HasTheRightSums()
    {
        JsonElement expected = EventFiles.Expected.GetProperty("derived/spikingjelly_frames_number10.npz");

        Assert.AreSequenceEqual(
            expected.GetProperty("timeSplitSums").EnumerateArray().Select(item => item.GetInt32()).ToArray(),
            Sizes(AllOfTheRecording(), EventWindows.SpikingJellyTime(10)));
    }

    [TestMethod]
    public void TonicTimeBins_OfARecording_LosesItsLastEvent() =>
        Assert.AreEqual(19_181, Sizes(AllOfTheRecording(), EventWindows.TonicTimeBins(10)).Sum());

    [TestMethod]
    public void Grid_WindowsWithoutEvents_AreEmptyFrames()
    {
        Event[] events = [At(-1), At(0), At(9), At(30), At(39), At(40)];

        Assert.AreSequenceEqual(new[] { 2, 0, 0, 2 }, Sizes(events, EventWindows.Grid(4, duration: 10)));
        Assert.AreSequenceEqual(new[] { 1, 1 }, Sizes(events, EventWindows.Grid(2, duration: 5, start: 30)));
    }

    [TestMethod]
    public void SpikingJellyTime_StepWithoutEvents_IsRefused() => Assert.Contains("Step 1 of 3 has no events",
        Assert.ThrowsExactly<ArgumentException>(
            () => EventFrames.Count([At(0), At(1), At(30)], 1, 1, EventWindows.SpikingJellyTime(3))).Message);

    [TestMethod]
    public void SpikingJellyDuration_EventAtTheVeryEnd_BelongsToTheLastStep()
    {
        Assert.AreSequenceEqual(
            new[] { 2, 0, 2 }, Sizes([At(5), At(14), At(25), At(35)], EventWindows.SpikingJellyDuration(10)));
        Assert.AreSequenceEqual(new[] { 2 }, Sizes([At(5), At(5)], EventWindows.SpikingJellyDuration(10)));
    }

    [TestMethod]
    public void TonicTimeWindow_EventAtTheVeryEnd_FallsOutWhereTheDurationDivides()
    {
        Event[] events = [At(0), At(9), At(10), At(20)];

        Assert.AreSequenceEqual(new[] { 2, 1 }, Sizes(events, EventWindows.TonicTimeWindow(10)));
        Assert.AreSequenceEqual(new[] { 2, 2, 1 }, Sizes(events, EventWindows.TonicTimeWindow(10, overlap: 5)));
        Assert.AreSequenceEqual(new[] { 3 }, Sizes(events, EventWindows.TonicTimeWindow(15)));
        Assert.AreSequenceEqual(new[] { 3, 1 }, Sizes(events, EventWindows.TonicTimeWindow(15,
            includeIncomplete: true)));
        Assert.AreSequenceEqual(new[] { 4 }, Sizes(events, EventWindows.TonicTimeWindow(100)));
    }

    [TestMethod]
    public void TonicEventCount_OfSevenEvents_FollowsItsFormula()
    {
        Event[] events = [.. Enumerable.Range(0, 7).Select(time => At(time))];

        Assert.AreSequenceEqual(new[] { 3, 3 }, Sizes(events, EventWindows.TonicEventCount(3)));
        Assert.AreSequenceEqual(new[] { 3, 3, 1 }, Sizes(events, EventWindows.TonicEventCount(3,
            includeIncomplete: true)));
        Assert.AreSequenceEqual(new[] { 3, 3, 3 }, Sizes(events, EventWindows.TonicEventCount(3, overlap: 1)));
        Assert.AreSequenceEqual(new[] { 7 }, Sizes(events, EventWindows.TonicEventCount(9)));
        Assert.AreSequenceEqual(new[] { 2, 2, 2 }, Sizes(events, EventWindows.TonicEventBins(3)));
        Assert.AreSequenceEqual(new[] { 4, 4 }, Sizes(events, EventWindows.TonicEventBins(2, overlap: 0.5)));
    }

    [TestMethod]
    public void Count_Events_LieInTheirPolarityRowAndColumn()
    {
        EventFrames frames = EventFrames.Count(
            [new(0, 2, 1, true), new(1, 2, 1, true), new(1, 0, 0, false)], 3, 2, EventWindows.Grid(1, 10));

        Assert.AreSequenceEqual(new float[] { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 }, frames.Values.ToArray());
        Assert.AreEqual(2, frames[0, 1, 1, 2]);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => frames[0, 2, 0, 0]);
    }

    [TestMethod]
    public void Count_BadInput_IsSaid()
    {
        EventWindows grid = EventWindows.Grid(1, 10);

        Assert.Contains("The recording has no events", Fault(() => EventFrames.Count([], 3, 2, grid)));
        Assert.Contains("Event 1 is at 3 µs, earlier than", Fault(() => EventFrames.Count([At(4), At(3)], 3, 2, grid)));
        Assert.Contains("Event 0 lies at (3, 0), outside", Fault(() => EventFrames.Count([new(0, 3, 0, true)], 3, 2,
            grid)));
        Assert.Contains("width is 0; it must be from 1", Fault(() => EventFrames.Count([At(4)], 0, 2, grid)));
        Assert.Contains("have more than 268435456 values", Fault(
            () => EventFrames.Count([At(4)], 65_536, 65_536, grid)));
        Assert.Contains("has 1000001 windows; a network may have 1000 steps", Fault(
            () => EventFrames.Count([At(0), At(1_000_001)], 3, 2, EventWindows.SpikingJellyDuration(1))));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => EventWindows.Grid(0, 10));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => EventWindows.Grid(1, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => EventWindows.TonicTimeWindow(10, overlap: 10));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => EventWindows.TonicTimeBins(10, double.NaN));
    }

    private static string Fault(Action action) => Assert.ThrowsExactly<ArgumentException>(action).Message;

    private static Event At(long time) => new(time, 0, 0, isOn: true);

    private static int[] Sizes(Event[] events, EventWindows windows) =>
        [.. windows.Slices(events).Select(slice => slice.To - slice.From)];

    /// <summary>
    /// Returns the recording's events with the ten that are marked as invalid, which SpikingJelly does not leave out.
    /// </summary>
    private static Event[] AllOfTheRecording()
    {
        const string Name = "derived/dvs128_aedat31.aedat";
        byte[] file = EventFiles.Read(Name);
        int at = file.AsSpan().IndexOf("#!END-HEADER\r\n"u8) + 14;
        while (at < file.Length)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            int capacity = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 16));
            bool isPolarity = file[at] == 1;
            at += 28;
            for (int i = 0; i < capacity; i++, at += size)
            {
                file[at] |= (byte)(isPolarity ? 1 : 0);
            }
        }
        return SyntheticFiles.Read(file, Name);
    }
}
