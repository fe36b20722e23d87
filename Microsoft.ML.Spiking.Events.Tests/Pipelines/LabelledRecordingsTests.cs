using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Events.Tests.Pipelines;

[TestClass]
public sealed class LabelledRecordingsTests
{
    [TestMethod]
    public void OfDvsGesture_RealLabels_AreTwelveParts()
    {
        IReadOnlyList<EventRecording> parts = EventRecording.OfDvsGesture("user01_natural.aedat",
            EventFiles.Require("dvsgesture/user01_natural_labels.csv"));

        Assert.HasCount(12, parts);
        Assert.AreEqual(2, parts.Count(part => part.Label == "8"));
        Assert.AreEqual(("1", 53_036_986L, 59_508_469L), (parts[0].Label, parts[0].From, parts[0].To));
    }

    [TestMethod]
    public void OfDvsGesture_FileBesideTheRecording_CutsByTime()
    {
        string path = EventFiles.Require("derived/dvs128_aedat31.aedat");

        IReadOnlyList<EventRecording> parts = EventRecording.OfDvsGesture(path);

        using EventReader reader = EventReader.Open(path);
        IReadOnlyList<Event> all = reader.ReadToEnd();
        foreach (EventRecording part in parts)
        {
            Event[] expected = [.. all.Where(item => item.Time >= part.From && item.Time < part.To)
                .Select(item => item with { Time = item.Time - part.From!.Value })];
            Assert.AreSequenceEqual(expected, part.Load().ToArray());
            Assert.IsNotEmpty(expected);
        }
    }

    [TestMethod]
    [DataRow("class,start\n1,2,3", "the first line must be 'class,startTime_usec,endTime_usec'; it is 'class,start'.")]
    [DataRow("class,startTime_usec,endTime_usec\n1,2,3\n1,5,4", "line 3: '1,5,4' is not a class, a start and a later")]
    [DataRow("class,startTime_usec,endTime_usec\n1;2;3", "line 2: '1;2;3' is not a class")]
    [DataRow("", "the first line must be")]
    public void OfDvsGesture_OtherFiles_AreRefusedWithTheLine(string text, string part)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, text);

        Assert.Contains(part, Assert.ThrowsExactly<InvalidDataException>(
            () => EventRecording.OfDvsGesture("a.aedat", file)).Message);
    }

    [TestMethod]
    public void OfSpikingAudio_File_GivesStepsOfUnits()
    {
        var ml = new MLContext();
        IReadOnlyList<EventRecording> recordings =
            EventRecording.OfSpikingAudio(EventFiles.Require("derived/shd_layout_float16.h5"));
        IDataView data = ml.Data.LoadFromEventFiles(recordings);
        var options = new EventFrameOptions
        {
            SensorWidth = SpikingAudioFile.Units,
            SensorHeight = 1,
            Polarities = EventPolarities.Merged,
            Windows = EventWindows.Grid(100, 14_000),
        };

        IDataView frames = ml.Transforms.Events.ToFrames("Features", "Recording", options).Fit(data).Transform(data);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 100, 700), frames.Schema["Features"].Type);
        float[] sums = [.. frames.GetColumn<VBuffer<float>>("Features").Select(row => row.DenseValues().Sum())];
        Assert.AreSequenceEqual(recordings.Select(item => (float)item.Load().Length).ToArray(), sums);
    }
}
