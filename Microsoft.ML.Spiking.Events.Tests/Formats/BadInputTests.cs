using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Spiking.Events.Tests.Formats;

/// <summary>Faulty recordings are refused with a sentence; a truncated tail is not a fault.</summary>
[TestClass]
public sealed class BadInputTests
{
    private const uint High = 0x8000_0001;
    private const uint On = 0x1000_0000;

    [TestMethod]
    public void Open_UnknownFormat_ShowsTheFirstBytes()
    {
        string message = Fault(() => SyntheticFiles.Open([.. "RIFF"u8, 1, 2], "clip.avi"));

        Assert.AreEqual("clip.avi, byte 0: The format is unknown: the file begins with 524946460102 ('RIFF..'), and " +
            "the extension " +
            "'.avi' says nothing; choose Format in the options.", message);
    }

    [TestMethod]
    public void Open_EmptyFile_SaysSo() =>
        Assert.Contains("begins with nothing, because it is empty", Fault(() => SyntheticFiles.Open([], "clip.raw")));

    [TestMethod]
    public void Open_FileOfAnotherCamera_IsRefused() =>
        Assert.Contains("The file's camera has a Width of 640, the options ask for 346", Fault(() =>
            SyntheticFiles.Open(SyntheticFiles.Evt2(High), options: new EventReaderOptions
            {
                Width = 346,
                Height = 480
            })));

    [TestMethod]
    public void Open_FlipOfAnUnknownSize_IsRefused() =>
        Assert.Contains("does not state the size of its sensor, which a flip needs", Fault(() =>
            SyntheticFiles.Open([], "a.bs2", new EventReaderOptions { FlipVertically = true })));

    [TestMethod]
    [DataRow("DVS640", "The header names the chip 'eu.seebetter.ini.chips.DVS640', whose address bits are not known")]
    [DataRow(null, "The header names no chip ('# AEChip:'); choose Chip in the options.")]
    public void Open_Aedat2OfAnUnknownChip_AsksForIt(string? chip, string expected) =>
        Assert.Contains(expected, Fault(() => SyntheticFiles.Open(SyntheticFiles.Aedat2(chip), "a.aedat")));

    [TestMethod]
    public void Open_Aedat30_IsRefused() =>
        Assert.Contains("version 3.1 that ends with '#!END-HEADER' can be read", Fault(() =>
            SyntheticFiles.Open(SyntheticFiles.Text("#!AER-DAT3.0\r\n#Format: RAW\r\n"), "a.aedat")));

    [TestMethod]
    public void Open_DatOfAnotherVersion_IsRefused() =>
        Assert.Contains("does not say 'Version 2'", Fault(() =>
            SyntheticFiles.Open(SyntheticFiles.Dat("% Data file containing CD events.\n% Version 1\n", 0))));

    [TestMethod]
    public void Open_DatOfAnotherType_IsRefused() =>
        Assert.Contains("holds events of type 40 and 8 bytes", Fault(() =>
            SyntheticFiles.Open(SyntheticFiles.Dat("% Version 2\n", 40))));

    [TestMethod]
    public void Open_Evt4_IsRefused() =>
        Assert.Contains("The header names the format 'EVT4'", Fault(() =>
            SyntheticFiles.Open(SyntheticFiles.Text("% format EVT4;height=320\n% end\n"))));

    [TestMethod]
    public void Read_UnknownWord_IsThrownBehindTheEventsBeforeItWithItsPlace()
    {
        byte[] content = SyntheticFiles.Evt2(High, On | 7, 0x5000_0000, On | 8);
        using EventReader reader = SyntheticFiles.Open(content);

        Assert.HasCount(1, reader.ReadBlock().ToArray());
        EventFormatException exception = Assert.ThrowsExactly<EventFormatException>(() => reader.ReadBlock().Length);
        Assert.AreEqual(content.Length - 8, exception.Offset);
        Assert.AreEqual($"recording.raw, byte {exception.Offset}: EVT 2.0 has no word of type 5; the file is " +
            "damaged or of another " +
            "format.", exception.Message);
    }

    [TestMethod]
    public void Read_TruncatedTail_GivesWhatIsWhole()
    {
        byte[] content = SyntheticFiles.Evt2(High, On | 7, On | 8);
        using EventReader reader = SyntheticFiles.Open(content[..^1]);

        Assert.AreSequenceEqual(new Event[] { new(64, 0, 7, true) }, reader.ReadAll());
        Assert.AreEqual(3, reader.Counts.TruncatedBytes);
    }

    [TestMethod]
    [DataRow("aedat4/sample.aedat4", 300_000, 30_000)]
    [DataRow("derived/sample_zstd_notable.aedat4", 40_000, 6_000)]
    public void Read_TruncatedAedat4_GivesTheWholePackets(string name, int bytes, int leastEvents)
    {
        byte[] whole = EventFiles.Read(name);
        Event[] expected = SyntheticFiles.Read(whole, name);
        using EventReader reader = SyntheticFiles.Open(whole[..bytes], name);
        Event[] events = reader.ReadAll();

        Assert.IsGreaterThan(leastEvents, events.Length);
        Assert.AreSequenceEqual(expected[..events.Length], events);
        Assert.IsGreaterThan(0, reader.Counts.TruncatedBytes);
    }

    [TestMethod]
    public void Read_TruncatedAedat3_GivesTheWholeEventsOfThePacket()
    {
        const string Name = "derived/dvs128_aedat31.aedat";
        byte[] whole = EventFiles.Read(Name);
        Event[] expected = SyntheticFiles.Read(whole, Name);
        using EventReader reader = SyntheticFiles.Open(whole[..100_003], Name);
        Event[] events = reader.ReadAll();

        Assert.IsGreaterThan(12_000, events.Length);
        Assert.AreSequenceEqual(expected[..events.Length], events);
        Assert.IsLessThan(8, reader.Counts.TruncatedBytes);
    }

    [TestMethod]
    public void Read_EventsOutsideTheSensor_AreLeftOutAndCounted()
    {
        using EventReader reader = SyntheticFiles.Open(
            SyntheticFiles.Evt2(High, On | 479, On | 480, On | (639 << 11), On | (640 << 11)));

        Assert.HasCount(2, reader.ReadAll());
        Assert.AreEqual(new EventCounts { Events = 2, OutOfRange = 2 }, reader.Counts);
    }

    [TestMethod]
    public void Read_EventsBeforeTheFirstTimestamp_AreLeftOutAndCounted()
    {
        using EventReader reader = SyntheticFiles.Open(SyntheticFiles.Evt3(0x0005, 0x2001, 0x3001, 0x4FFF, 0x8001,
            0x2002));

        Assert.AreSequenceEqual(new Event[] { new(4_096, 2, 5, false) }, reader.ReadAll());
        Assert.AreEqual(new EventCounts { Events = 1, Invalid = 13 }, reader.Counts);
    }

    [TestMethod]
    public void Open_Hdf5WithoutTheFields_NamesWhatIsMissing()
    {
        byte[] file = EventFiles.Read("derived/shd_layout_float16.h5");
        int at = file.AsSpan().IndexOf("times\0"u8);
        file[at] = (byte)'x';

        Assert.Contains("there is no dataset 'spikes/times'", Fault(() =>
            SyntheticFiles.Open(file, "a.h5", new EventReaderOptions { Recording = 0 })));
    }

    /// <summary>Sizes that the file does not have are not allocated.</summary>
    [TestMethod]
    [DataRow("GCOL", 24, "An object of a global heap states a size of 2147483647 bytes")]
    [DataRow("HEAP", 8, "A heap of names states a size of 2147483647 bytes")]
    public void Open_Hdf5WithAHeapOfImpossibleSize_IsRefused(string signature, int at, string expected)
    {
        byte[] file = EventFiles.Read("derived/shd_layout_float16.h5");
        int heap = file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(signature));
        Assert.IsGreaterThan(0, heap);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(heap + at), int.MaxValue);
        long before = GC.GetAllocatedBytesForCurrentThread();

        string message = Fault(() =>
            SyntheticFiles.Open(file, "a.h5", new EventReaderOptions { Recording = 0 }));

        Assert.Contains(expected, message);
        Assert.IsLessThan(10L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Open_SpikingAudioWithoutAChoice_SaysHowManyThereAre()
    {
        byte[] file = EventFiles.Read("derived/shd_layout_float16.h5");

        Assert.Contains("has 3 recordings; choose Recording", Fault(() => SyntheticFiles.Open(file, "a.h5")));
        Assert.Contains("has 3 recordings; there is no recording 3", Fault(() =>
            SyntheticFiles.Open(file, "a.h5", new EventReaderOptions { Recording = 3 })));
    }

    [TestMethod]
    public void Open_NpzOfFrames_NamesTheReaderOfFrames() =>
        Assert.Contains("has no array 't'; it has: frames. Frames are read with EventFrames.Load", Fault(() =>
            SyntheticFiles.Open(EventFiles.Read("derived/spikingjelly_frames_number10.npz"), "a.npz")));

    [TestMethod]
    [DataRow("aedat4/sample.aedat4", "The file has no stream of events with number 7; there are: 0")]
    public void Open_Aedat4StreamThatIsNotThere_NamesThoseThatAre(string name, string expected) =>
        Assert.Contains(expected, Fault(() =>
            SyntheticFiles.Open(EventFiles.Read(name), name, new EventReaderOptions { Stream = 7 })));

    [TestMethod]
    public void Open_OptionOutOfItsRange_IsRefused()
    {
        EventReaderOptions[] wrong =
        [
            new() { Width = 0 }, new() { Height = 65_537 }, new() { TimeUnit = 0 }, new() { TimeUnit = double.NaN },
            new() { Stream = -1 }, new() { Recording = -1 }, new() { Format = (EventFormat)99 },
                new() { Chip = (Aedat2Chip)9 },
            new() { TimeOrigin = (EventTimeOrigin)9 },
        ];
        foreach (EventReaderOptions options in wrong)
        {
            string message = Assert.ThrowsExactly<ArgumentException>(
                () => EventReader.OpenStream(Stream.Null, "a.raw", options)).Message;
            Assert.Contains("it must be", message);
        }
    }

    [TestMethod]
    public void Read_AfterDispose_IsRefused()
    {
        EventReader reader = SyntheticFiles.Open(SyntheticFiles.Evt2(High, On));
        reader.Dispose();
        reader.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => reader.ReadBlock().Length);
    }

    private static string Fault(Action action) => Assert.ThrowsExactly<EventFormatException>(action).Message;
}
