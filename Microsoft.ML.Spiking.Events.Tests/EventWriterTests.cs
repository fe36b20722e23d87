namespace Microsoft.ML.Spiking.Events.Tests;

[TestClass]
public sealed class EventWriterTests
{
    [TestMethod]
    [DataRow(EventFormat.Evt2, 2_048, 2_048, 40L)]
    [DataRow(EventFormat.Evt3, 2_048, 2_048, 40L)]
    [DataRow(EventFormat.EventStream, 65_535, 65_535, 40L)]
    [DataRow(EventFormat.Evt2, 640, 480, 20_000_000_000L)] // beyond what 34 bits hold
    [DataRow(EventFormat.Evt3, 1_280, 720, 50_000_000L)] // beyond what 24 bits hold
    [DataRow(EventFormat.EventStream, 320, 240, 5_000_000L)]
    public void Write_RandomEvents_AreReadBackAsTheyWere(EventFormat format, int width, int height, long longestGap)
    {
        var random = new Random(1);
        var events = new List<Event>();
        long time = random.NextInt64(longestGap);
        for (int i = 0; i < 3_000; i++)
        {
            time += random.Next(4) == 0 ? random.NextInt64(longestGap / (i % 100 == 0 ? 1 : 1_000 + 1)) : 0;
            events.Add(new Event(time, (ushort)random.Next(width), (ushort)random.Next(height), random.Next(2) == 1));
        }

        AssertRoundTrip(format, width, height, [.. events]);
    }

    /// <summary>
    /// Returns rows of neighbours, with gaps, repetitions and decreasing x: the cases that vectors encode.
    /// </summary>
    [TestMethod]
    [DataRow(EventFormat.Evt2)]
    [DataRow(EventFormat.Evt3)]
    [DataRow(EventFormat.EventStream)]
    public void Write_Rows_AreReadBackAsTheyWere(EventFormat format)
    {
        var random = new Random(2);
        var events = new List<Event>();
        for (int row = 0; row < 400; row++)
        {
            int x = random.Next(64);
            bool on = random.Next(2) == 1;
            for (int i = random.Next(1, 60); i > 0 && x < 1_280; i--)
            {
                events.Add(new Event(row / 3 * 7, (ushort)x, (ushort)(row / 2), on));
                x += random.Next(20) switch { 0 => 0, 1 => Math.Max(-x, -3), 2 => 30, 3 => 12, _ => 1 };
            }
        }

        AssertRoundTrip(format, 1_280, 720, [.. events]);
    }

    [TestMethod]
    [DataRow("prophesee/evt2.raw", EventFormat.Evt2)]
    [DataRow("prophesee/evt2.raw", EventFormat.Evt3)]
    [DataRow("prophesee/bag_evt3_trigger.evt3.raw", EventFormat.Evt3)]
    [DataRow("es/dvs.es", EventFormat.EventStream)]
    [DataRow("nmnist/sample_nmnist.bin", EventFormat.Evt3)]
    public void Write_RealRecording_IsReadBackAsItWas(string name, EventFormat format)
    {
        Event[] events = SyntheticFiles.Read(EventFiles.Read(name), name);

        AssertRoundTrip(format, 1_280, 720, events);
    }

    [TestMethod]
    public void Write_NeighboursInEvt3_TakeFewerBytesThanOneByOne()
    {
        Event[] row = [.. Enumerable.Range(0, 240).Select(x => new Event(5, (ushort)x, 3, true))];

        // Two time words, the row, one base and 20 masks of 12.
        int header = Write(EventFormat.Evt3, 640, 480, []).Length;
        Assert.HasCount(header + (2 * (2 + 1 + 1 + 20)), Write(EventFormat.Evt3, 640, 480, row));
    }

    [TestMethod]
    public void Write_NoEvents_GivesAReadableFile()
    {
        using EventReader reader = SyntheticFiles.Open(Write(EventFormat.EventStream, 34, 30, []));

        Assert.AreEqual((34, 30), (reader.Width, reader.Height));
        Assert.IsEmpty(reader.ReadAll());
    }

    [TestMethod]
    public void Write_EventThatCannotBeWritten_IsRefusedBehindTheEventsBeforeIt()
    {
        var stream = new MemoryStream();
        using (EventWriter writer = EventWriter.Create(stream, EventFormat.Evt2, 64, 48))
        {
            Assert.Contains("Event 1 is at 4 µs, but 5 µs were reached; sort", Fault(writer, new(5, 1, 1, true),
                new(4, 1, 1, true)));
            Assert.Contains("Event 0 lies at (64, 3), outside the sensor of 64x48", Fault(writer, new Event(6, 64, 3,
                true)));
            Assert.Contains("after what was written; let times begin near 0", Fault(writer, new Event(1L << 50, 0, 0,
                true)));
        }

        Assert.AreSequenceEqual(new Event[] { new(5, 1, 1, true) }, SyntheticFiles.Read(stream.ToArray()));
    }

    [TestMethod]
    public void Create_FormatOrSizeThatCannotBeWritten_IsRefused()
    {
        Assert.Contains("The format is Aedat4; it must be one that can be written",
            Assert.ThrowsExactly<ArgumentException>(
            () => EventWriter.Create(new MemoryStream(), EventFormat.Aedat4, 10, 10)).Message);
        Assert.Contains("The sensor's size is 2049x10; each side must be from 1 to 2048",
            Assert.ThrowsExactly<ArgumentException>(
            () => EventWriter.Create(new MemoryStream(), EventFormat.Evt3, 2_049, 10)).Message);
    }

    private static string Fault(EventWriter writer, params Event[] events) =>
        Assert.ThrowsExactly<ArgumentException>(() => writer.Write(events)).Message;

    private static void AssertRoundTrip(EventFormat format, int width, int height, Event[] events)
    {
        using EventReader reader = SyntheticFiles.Open(Write(format, width, height, events));

        Assert.AreEqual(format, reader.Format);
        Assert.AreEqual((width, height), (reader.Width, reader.Height));
        Assert.AreSequenceEqual(events, reader.ReadAll());
        Assert.AreEqual(new EventCounts { Events = events.Length }, reader.Counts);
    }

    private static byte[] Write(EventFormat format, int width, int height, Event[] events)
    {
        var stream = new MemoryStream();
        using (EventWriter writer = EventWriter.Create(stream, format, width, height))
        {
            // In pieces: the output does not depend on how the events arrive.
            for (int i = 0; i < events.Length; i += 1_000)
            {
                writer.Write(events.AsSpan(i, Math.Min(1_000, events.Length - i)));
            }
        }
        return stream.ToArray();
    }
}
