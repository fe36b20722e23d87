using System.Runtime.InteropServices;
using System.Text.Json;

namespace Microsoft.ML.Spiking.Events.Tests.Formats;

/// <summary>Every recording against the values that an independent program read from it.</summary>
[TestClass]
public sealed class RightValuesTests
{
    [TestMethod]
    [DataRow("nmnist/sample_nmnist.bin", EventFormat.NMnist)]
    [DataRow("nmnist/nmnist-small.tar.xz:1.bs2", EventFormat.SlayerBs2)]
    [DataRow("nmnist/nmnist-small.tar.xz:60001.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:1.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:2.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:3.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:4.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:5.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:6.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:7.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:8.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:9.bs2", EventFormat.SlayerBs2)]
    [DataRow("dvsgesture/dvsgesture-10clips.tar.xz:10.bs2", EventFormat.SlayerBs2)]
    [DataRow("aedat4/sample.aedat4", EventFormat.Aedat4)]
    [DataRow("prophesee/sample_ncars.dat", EventFormat.Dat)]
    [DataRow("prophesee/NCARS_obj_004397_td.dat", EventFormat.Dat)]
    [DataRow("prophesee/evt2.raw", EventFormat.Evt2)]
    [DataRow("prophesee/evt3_sample.raw", EventFormat.Evt3)]
    [DataRow("prophesee/bag_evt3_trigger.evt3.raw", EventFormat.Evt3)]
    [DataRow("es/dvs.es", EventFormat.EventStream)]
    [DataRow("es/trcl0.es", EventFormat.EventStream)]
    [DataRow("derived/evt21_little.raw", EventFormat.Evt21)]
    [DataRow("derived/evt21_legacy.raw", EventFormat.Evt21)]
    [DataRow("derived/cd_v2.dat", EventFormat.Dat)]
    [DataRow("derived/dvs128_aedat31.aedat", EventFormat.Aedat3)]
    [DataRow("derived/sample_zstd_notable.aedat4", EventFormat.Aedat4)]
    public void Read_Recording_HasItsRightValues(string name, EventFormat format)
    {
        JsonElement expected = EventFiles.Expected.GetProperty(name);

        // In Event Stream files y counts from the bottom, and so it does in their expected values.
        var options = new EventReaderOptions { FlipVertically = format == EventFormat.EventStream };
        using EventReader reader = EventReader.OpenStream(new MemoryStream(EventFiles.Read(name)), name, options);
        Event[] events = reader.ReadAll();

        Assert.AreEqual(format, reader.Format);
        // .bin and .bs2 state no size, nor do some .dat files; the expected values then have null.
        if (format is not (EventFormat.NMnist or EventFormat.SlayerBs2))
        {
            Assert.AreEqual(Number(expected, "width"), reader.Width);
            Assert.AreEqual(Number(expected, "height"), reader.Height);
        }
        Assert.HasCount(expected.GetProperty("count").GetInt32(), events);
        Assert.AreEqual(EventAt(expected, "first"), events[0]);
        Assert.AreEqual(EventAt(expected, "last"), events[^1]);
        Assert.AreEqual(expected.GetProperty("on").GetInt32(), events.Count(value => value.IsOn));
        Assert.AreEqual(expected.GetProperty("sumX").GetInt64(), events.Sum(value => (long)value.X));
        Assert.AreEqual(expected.GetProperty("sumY").GetInt64(), events.Sum(value => (long)value.Y));
        JsonElement digests = expected.GetProperty("sha3_224");
        Assert.AreEqual(digests.GetProperty("t").GetString(), Digest(events, value => value.Time));
        Assert.AreEqual(digests.GetProperty("x").GetString(), Digest(events, value => value.X));
        Assert.AreEqual(digests.GetProperty("y").GetString(), Digest(events, value => value.Y));
        Assert.AreEqual(digests.GetProperty("on").GetString(), Digest(events, value => (byte)(value.IsOn ? 1 : 0)));
        Assert.AreEqual(
            reader.Counts with { Events = events.Length, OutOfRange = 0, Backward = 0, TruncatedBytes = 0 },
            reader.Counts);
    }

    [TestMethod]
    [DataRow("es/dvs.es")]
    [DataRow("es/trcl0.es")]
    public void Read_EventStream_CountsRowsFromTheTop(string name)
    {
        using EventReader reader = EventReader.OpenStream(new MemoryStream(EventFiles.Read(name)), name);

        Assert.AreEqual(EventFiles.Expected.GetProperty(name).GetProperty("sha3_224_yFlipped").GetString(),
            Digest(reader.ReadAll(), value => value.Y));
    }

    [TestMethod]
    public void Read_AllNMnistRecordings_HaveTheRightNumberOfEvents()
    {
        JsonElement expected = EventFiles.Expected.GetProperty("nmnist/nmnist-small.tar.xz");
        Dictionary<string, byte[]> files = EventFiles.Entries("nmnist/nmnist-small.tar.xz");

        long events = 0;
        int recordings = 0;
        foreach ((string name, byte[] content) in files.Where(file => file.Key.EndsWith(".bs2",
            StringComparison.Ordinal)))
        {
            var options = new EventReaderOptions { Width = 34, Height = 34 };
            using EventReader reader = EventReader.OpenStream(new MemoryStream(content), name, options);
            events += reader.ReadAll().Length;
            Assert.AreEqual(new EventCounts { Events = reader.Counts.Events }, reader.Counts, name);
            recordings++;
        }

        Assert.AreEqual(expected.GetProperty("files").GetInt32(), recordings);
        Assert.AreEqual(expected.GetProperty("events").GetInt64(), events);
    }

    [TestMethod]
    public void OnTrigger_OfAnEvt3Recording_IsCalledForEachEdge()
    {
        const string Name = "prophesee/bag_evt3_trigger.evt3.raw";
        JsonElement expected = EventFiles.Expected.GetProperty(Name);
        var triggers = new List<TriggerEvent>();

        var options = new EventReaderOptions { OnTrigger = triggers.Add };
        using EventReader reader = EventReader.OpenStream(new MemoryStream(EventFiles.Read(Name)), Name, options);
        reader.ReadAll();

        Assert.HasCount(expected.GetProperty("triggers").GetInt32(), triggers);
        Assert.AreEqual(expected.GetProperty("triggers").GetInt32(), reader.Counts.Triggers);
        Assert.AreEqual(expected.GetProperty("triggersValue1").GetInt32(), triggers.Count(trigger => trigger.IsRising));
        // Upstream's own test expects this sum of the triggers' times.
        Assert.AreEqual(29_096_982, triggers.Sum(trigger => trigger.Time));
        int[] first = [.. expected.GetProperty("firstTrigger").EnumerateArray().Select(item => item.GetInt32())];
        Assert.AreEqual(new TriggerEvent(first[0], first[2], first[1] == 1), triggers[0]);
    }

    [TestMethod]
    public void Counts_OfAedat3_TellInvalidAndSpecialEvents()
    {
        JsonElement expected = EventFiles.Expected.GetProperty("derived/dvs128_aedat31.aedat");
        using EventReader reader = EventReader.Open(EventFiles.Require("derived/dvs128_aedat31.aedat"));
        reader.ReadAll();

        Assert.AreEqual(expected.GetProperty("invalid").GetInt32(), reader.Counts.Invalid);
        Assert.AreEqual(expected.GetProperty("specialEvents").GetInt32(), reader.Counts.Skipped);
    }

    [TestMethod]
    public void Read_NumPyArrays_HoldTheSameEventsInMicrosecondsAndMilliseconds()
    {
        // The first 2,000 events of one DVS128 recording, the second AEDAT 3.1 with its clock set forward.
        using EventReader jelly = EventReader.Open(EventFiles.Require("derived/spikingjelly_events.npz"));
        using EventReader tonic = EventReader.Open(EventFiles.Require("derived/tonic_dvsgesture.npy"));
        using EventReader aedat = EventReader.Open(EventFiles.Require("derived/dvs128_aedat31.aedat"));
        Event[] events = jelly.ReadAll();
        Event[] original = aedat.ReadAll();
        long shift = original[0].Time - events[0].Time;

        Assert.HasCount(2_000, events);
        Assert.AreSequenceEqual(
            events.Select(value => value with { Time = value.Time / 1_000 * 1_000 }).ToArray(), tonic.ReadAll());
        Assert.AreSequenceEqual(
            events.Take(100).Select(value => value with { Time = value.Time + shift }).ToArray(), original[..100]);
    }

    [TestMethod]
    public void Read_GenericEventStream_HasItsRightValues()
    {
        JsonElement expected = EventFiles.Expected.GetProperty("es/generic.es");
        using EventPayloadReader reader = EventPayloadReader.Open(EventFiles.Require("es/generic.es"));
        var times = new List<long>();
        var payloads = new List<byte[]>();
        while (reader.Read())
        {
            times.Add(reader.Time);
            payloads.Add(reader.Payload.ToArray());
        }

        Assert.HasCount(expected.GetProperty("count").GetInt32(), times);
        Assert.AreEqual(expected.GetProperty("lastT").GetInt64(), times[^1]);
        Assert.AreEqual(expected.GetProperty("firstBytes").GetString(), System.Text.Encoding.ASCII.GetString(
            payloads[0])[..5]);
        Assert.HasCount(expected.GetProperty("lastBytesLength").GetInt32(), payloads[^1]);
        Assert.AreEqual(expected.GetProperty("sha3_224_t").GetString(), Sha3.Hash(MemoryMarshal.AsBytes([.. times])));
    }

    [TestMethod]
    [DataRow("derived/shd_layout_float16.h5")]
    [DataRow("derived/shd_layout_float32.h5")]
    public void Read_SpikingAudio_HasItsRightValues(string name)
    {
        JsonElement expected = EventFiles.Expected.GetProperty(name);
        using SpikingAudioFile file = SpikingAudioFile.Open(EventFiles.Require(name));

        Assert.AreEqual(expected.GetProperty("samples").GetInt32(), file.Count);
        for (int i = 0; i < file.Count; i++)
        {
            using EventReader reader = EventReader.Open(EventFiles.Require(name),
                new EventReaderOptions { Recording = i });
            Event[] events = reader.ReadAll();

            Assert.AreEqual(expected.GetProperty("labels")[i].GetInt64(), file.Labels[i]);
            Assert.HasCount(expected.GetProperty("lengths")[i].GetInt32(), events);
            Assert.AreEqual(expected.GetProperty("sumUnits")[i].GetInt64(), events.Sum(value => (long)value.X));
            double last = expected.GetProperty("lastSeconds")[i].GetDouble();
            Assert.AreEqual((long)Math.Round((float)last * 1e6), events[^1].Time);
            Assert.AreSequenceEqual(events, file.Read(i).ToArray());
        }
    }

    [TestMethod]
    public void Load_FramesOfSpikingJelly_HaveTheirRightValues()
    {
        JsonElement expected = EventFiles.Expected.GetProperty("derived/spikingjelly_frames_number10.npz");
        EventFrames frames = EventFrames.Load(EventFiles.Require("derived/spikingjelly_frames_number10.npz"));

        Assert.AreEqual((10, 2, 128, 128), (frames.Steps, frames.Channels, frames.Height, frames.Width));
        int plane = 128 * 128;
        for (int step = 0; step < frames.Steps; step++)
        {
            ReadOnlySpan<float> frame = frames.Values.Span.Slice(step * 2 * plane, 2 * plane);
            Assert.AreEqual(expected.GetProperty("sums")[step].GetSingle(), Sum(frame));
            Assert.AreEqual(expected.GetProperty("onSums")[step].GetSingle(), Sum(frame[plane..]));
        }
        Assert.AreEqual(expected.GetProperty("max").GetSingle(), frames.Values.ToArray().Max());
    }

    private static float Sum(ReadOnlySpan<float> values)
    {
        float sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }
        return sum;
    }

    private static int? Number(JsonElement expected, string key) =>
        expected.GetProperty(key) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    private static Event EventAt(JsonElement expected, string key)
    {
        long[] values = [.. expected.GetProperty(key).EnumerateArray().Select(item => item.GetInt64())];
        return new Event(values[0], (ushort)values[1], (ushort)values[2], values[3] == 1);
    }

    private static string Digest<T>(Event[] events, Func<Event, T> value)
        where T : unmanaged =>
        Sha3.Hash(MemoryMarshal.AsBytes(events.Select(value).ToArray().AsSpan()));
}
