namespace Microsoft.ML.Spiking.Events.Tests.Formats;

/// <summary>Parts of the formats that none of the recordings contains, from words made by hand.</summary>
[TestClass]
public sealed class FormatTests
{
    [TestMethod]
    public void Evt3_HighPartThatWraps_CountsOn()
    {
        Event[] events = SyntheticFiles.Read(SyntheticFiles.Evt3(0x8FFF, 0x6FFF, 0x2001, 0x8000, 0x2001));

        Assert.AreSequenceEqual(new long[] { 0xFF_FFFF, 0x100_0000 }, events.Select(value => value.Time).ToArray());
    }

    [TestMethod]
    public void Evt3_LowPartThatFallsALittle_IsNoWrap()
    {
        using EventReader reader = SyntheticFiles.Open(SyntheticFiles.Evt3(0x8001, 0x6010, 0x2001, 0x600A, 0x2001,
            0x8001, 0x2001));

        Assert.AreSequenceEqual(new long[] { 0x1010, 0x100A, 0x100A }, reader.ReadAll().Select(
            value => value.Time).ToArray());
        Assert.AreEqual(1, reader.Counts.Backward);
    }

    [TestMethod]
    public void Evt3_VectorsOf12And8_GoOnFromEachOther()
    {
        Event[] events = SyntheticFiles.Read(SyntheticFiles.Evt3(0x8000, 0x0007, 0x3864, 0x4801, 0x5081, 0x4001));

        Assert.AreSequenceEqual(new[] { 100, 111, 112, 119, 120 }, events.Select(value => (int)value.X).ToArray());
        Assert.IsTrue(events.All(value => value is { IsOn: true, Y: 7 }));
    }

    [TestMethod]
    public void Evt3_VectorsBeyondTheSensor_AreCounted()
    {
        using EventReader reader = SyntheticFiles.Open(SyntheticFiles.Evt3(0x8000, 0x37FF, 0x4FFF, 0x4FFF, 0x4FFF));

        Assert.IsEmpty(reader.ReadAll());
        Assert.AreEqual(36, reader.Counts.OutOfRange);
    }

    [TestMethod]
    public void Evt2_TimeThatWraps_CountsOn()
    {
        Event[] events = SyntheticFiles.Read(SyntheticFiles.Evt2(0x8FFF_FFFF, 0x0FC0_0000, 0x8000_0000, 0x0000_0000));

        Assert.AreSequenceEqual(new[] { (1L << 34) - 1, 1L << 34 }, events.Select(value => value.Time).ToArray());
    }

    [TestMethod]
    public void Dat_TimeThatWraps_CountsOn()
    {
        Event[] events = SyntheticFiles.Read(
            SyntheticFiles.Dat("% Version 2\n", 12, (uint.MaxValue, 0), (3, (1u << 28) | (5 << 14) | 2)));

        Assert.AreSequenceEqual(new Event[] { new(uint.MaxValue, 0, 0, false), new((1L << 32) + 3, 2, 5, true) },
            events);
    }

    [TestMethod]
    public void Aedat2_Dvs128_HasItsOriginAtTheBottomRightAndZeroForBrighter()
    {
        using EventReader reader = SyntheticFiles.Open(
            SyntheticFiles.Aedat2("DVS128", ((3 << 8) | (5 << 1), 10), ((3 << 8) | (5 << 1) | 1, 3_800_000_000),
                (1 << 15, 12)), "a.aedat");

        Assert.AreSequenceEqual(
            new Event[] { new(10, 122, 124, true), new(3_800_000_000, 122, 124, false) }, reader.ReadAll());
        Assert.AreEqual(new EventCounts { Events = 2, Skipped = 1 }, reader.Counts);
        Assert.AreEqual((128, 128), (reader.Width, reader.Height));
    }

    [TestMethod]
    public void Aedat2_Davis_SkipsImagesAndKeepsDataThatBeginsLikeAHeader()
    {
        // y = 140 gives the first byte 0x23, '#'.
        using EventReader reader = SyntheticFiles.Open(
            SyntheticFiles.Aedat2("DAVIS240C", ((140u << 22) | (7 << 12) | (1 << 11), 1), (1u << 31, 2), (1 << 10,
                3)), "a.aedat");

        Assert.AreSequenceEqual(new Event[] { new(1, 232, 39, true) }, reader.ReadAll());
        Assert.AreEqual(2, reader.Counts.Skipped);
    }

    [TestMethod]
    public void Aedat2_TimeThatFallsByMoreThanHalf_HasWrapped()
    {
        Event[] events = SyntheticFiles.Read(SyntheticFiles.Aedat2("DVS128", (0, 0xFFFF_FFF0), (0, 16), (0, 10)),
            "a.aedat");

        Assert.AreSequenceEqual(
            new[] { 0xFFFF_FFF0, 0x1_0000_0010, 0x1_0000_000A }, events.Select(value => value.Time).ToArray());
    }

    /// <summary>How three libraries read CIFAR10-DVS, as options.</summary>
    [TestMethod]
    [DataRow(false, false, false, 122, 124)] // jAER
    [DataRow(false, false, true, 122, 3)] // the CLIF authors' code: upside down
    [DataRow(true, false, false, 124, 122)] // SpikingJelly: transposed
    [DataRow(false, true, false, 5, 124)]
    [DataRow(true, true, true, 3, 5)]
    public void Options_OrientationAndPolarity_TurnEvents(bool transpose, bool horizontally, bool vertically, int x,
        int y)
    {
        var options = new EventReaderOptions
        {
            Transpose = transpose,
            FlipHorizontally = horizontally,
            FlipVertically = vertically,
            InvertPolarity = true,
        };

        Event[] events = SyntheticFiles.Read(SyntheticFiles.Aedat2("DVS128", ((3 << 8) | (5 << 1), 10)), "a.aedat",
            options);

        Assert.AreSequenceEqual(new Event[] { new(10, (ushort)x, (ushort)y, false) }, events);
    }

    [TestMethod]
    public void Options_Transpose_ExchangesWidthAndHeight()
    {
        using EventReader reader =
            SyntheticFiles.Open(SyntheticFiles.Evt2(), options: new EventReaderOptions { Transpose = true });

        Assert.AreEqual((480, 640), (reader.Width, reader.Height));
    }

    [TestMethod]
    [DataRow(EventTimeOrigin.AsRecorded, 70L, 135L)]
    [DataRow(EventTimeOrigin.FirstEvent, 0L, 65L)]
    [DataRow(EventTimeOrigin.FirstTimestamp, 6L, 71L)]
    public void Options_TimeOrigin_IsWhereTimesCountFrom(EventTimeOrigin origin, long first, long second)
    {
        Event[] events = SyntheticFiles.Read(
            SyntheticFiles.Evt2(0x8000_0001, 6u << 22, 0x8000_0002, 7u << 22),
                options: new EventReaderOptions { TimeOrigin = origin });

        Assert.AreSequenceEqual(new[] { first, second }, events.Select(value => value.Time).ToArray());
    }

    [TestMethod]
    public void NMnist_MarkerRow_LetsTimeBeginLater()
    {
        byte[] content = [1, 2, 0x80, 0, 9, 0, 240, 0, 0, 0, 3, 4, 0, 0, 9];

        Assert.AreSequenceEqual(
            new Event[] { new(9, 1, 2, true), new(8_201, 3, 4, false) }, SyntheticFiles.Read(content, "a.bin"));
        Assert.AreSequenceEqual(
            new Event[] { new(9, 1, 2, true), new(0, 0, 240, false), new(9, 3, 4, false) },
                SyntheticFiles.Read(content, "a.bs2"));
    }

    [TestMethod]
    public void Slayer_OtherLayouts_AreRead()
    {
        Assert.AreSequenceEqual(
            new Event[] { new(0x7F_0201, 0x0304, 0, false) }, SyntheticFiles.Read([3, 4, 0x7F, 2, 1], "a.bs1"));
        Assert.AreSequenceEqual(
            new Event[] { new(0x04_0506, 0x123, 0x456, true) }, SyntheticFiles.Read([0x12, 0x34, 0x56, 1, 4, 5, 6],
                "a.bs3"));
    }

    [TestMethod]
    public void EventStream_OfAnAtis_SkipsExposureAndAddsTime()
    {
        // 2 x 63 µs, a reset, 5 µs brighter at (1, 0 from the bottom), and an exposure 3 µs later.
        using EventReader reader = SyntheticFiles.Open(SyntheticFiles.EventStream(
            2, 0xFE, 0xFC, (5 << 2) | 2, 1, 0, 0, 0, (3 << 2) | 1, 1, 0, 0, 0, 1 << 2, 9, 0, 7, 0), "a.es");

        Assert.AreSequenceEqual(new Event[] { new(131, 1, 7, true), new(135, 9, 0, false) }, reader.ReadAll());
        Assert.AreEqual(1, reader.Counts.Skipped);
    }

    [TestMethod]
    public void EventStream_OfColors_IsReadAsPayloads()
    {
        byte[] content = SyntheticFiles.EventStream(4, 0xFF, 3, 9, 0, 1, 0, 10, 20, 30, 1);
        using EventPayloadReader reader = EventPayloadReader.OpenStream(new MemoryStream(content), "a.es");

        Assert.IsTrue(reader.Read());
        Assert.AreEqual((257L, 9, 6), (reader.Time, reader.X, reader.Y));
        Assert.AreSequenceEqual(new byte[] { 10, 20, 30 }, reader.Payload.ToArray());
        Assert.IsFalse(reader.Read());
        Assert.AreEqual(1, reader.TruncatedBytes);
    }

    [TestMethod]
    public void Npy_RecordsWithPadding_AreRead()
    {
        const string Header = "{'descr': [('t', '<i8'), ('x', '<u2'), ('y', '>u2'), ('p', '|b1'), ('', '|V3')], " +
            "'fortran_order': False, 'shape': (2,), }\n";
        byte[] content =
        [
            0x93, .. "NUMPY"u8, 1, 0, (byte)Header.Length, 0, .. SyntheticFiles.Text(Header),
            9, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 2, 1, 7, 7, 7,
            10, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 4, 0, 7, 7, 7,
        ];

        Assert.AreSequenceEqual(
            new Event[] { new(9, 0x201, 0x102, true), new(10, 3, 4, false) }, SyntheticFiles.Read(content, "a.npy"));
    }

    [TestMethod]
    public void Read_SmallSpans_GivesTheSameEvents()
    {
        const string Name = "derived/evt21_little.raw";
        byte[] content = EventFiles.Read(Name);
        using EventReader reader = SyntheticFiles.Open(content);
        var events = new List<Event>();
        Span<Event> some = new Event[7];
        for (int count = reader.Read(some); count > 0; count = reader.Read(some))
        {
            events.AddRange(some[..count]);
        }

        Assert.AreSequenceEqual(SyntheticFiles.Read(content), events.ToArray());
    }

    /// <summary>A live source delivers a few bytes at a time, across the borders of words.</summary>
    [TestMethod]
    [DataRow("prophesee/evt2.raw")]
    [DataRow("prophesee/bag_evt3_trigger.evt3.raw")]
    [DataRow("derived/evt21_legacy.raw")]
    [DataRow("derived/dvs128_aedat31.aedat")]
    [DataRow("derived/sample_zstd_notable.aedat4")]
    [DataRow("es/trcl0.es")]
    public void Read_StreamInSmallPieces_GivesTheSameEvents(string name)
    {
        byte[] content = EventFiles.Read(name);
        content = content[..Math.Min(content.Length, 100_000)];
        using EventReader reader = EventReader.OpenStream(new SlowStream(content), name);

        Assert.AreSequenceEqual(SyntheticFiles.Read(content, name), reader.ReadAll());
    }

    /// <summary>A stream that returns 3 bytes at a time and cannot seek.</summary>
    private sealed class SlowStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 3));
    }
}
