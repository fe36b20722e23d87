using Tactile;

namespace Microsoft.ML.Spiking.Events.Tests.Samples;

/// <summary>The reader of samples/Tactile.</summary>
[TestClass]
public sealed class TouchTests
{
    private const string Header = "letter,repetition,step,s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10,s11";

    [TestMethod]
    public void Read_RealFile_HasEveryTouchOfEveryLetter()
    {
        IReadOnlyList<Touch> touches = Touch.Read(EventFiles.Require("tactile/braille.csv.gz"));

        Assert.HasCount(1_350, touches);
        Assert.HasCount(27, touches.Select(touch => touch.Label).Distinct());
        Assert.IsTrue(touches.GroupBy(touch => touch.Label).All(letter =>
            letter.Select(touch => touch.Repetition).Order().SequenceEqual(Enumerable.Range(0, 50))));
        Assert.IsTrue(touches.All(touch => touch.Features.All(value => value is >= 0 and <= 1)));
        Assert.IsTrue(touches.All(touch => touch.Features.Any(value => value > 0)));
    }

    [TestMethod]
    public void Read_TwoTouches_AreReadingsOfPressure()
    {
        IReadOnlyList<Touch> touches = Read(Header, "A,0,0,255,0,51,255,255,255,255,255,255,255,255,255",
            "A,0,1,255,255,255,255,255,255,255,255,255,255,255,204", "B,7,0,0,0,0,0,0,0,0,0,0,0,0,0");

        Assert.AreSequenceEqual(new[] { "A", "B" }, touches.Select(touch => touch.Label).ToArray());
        Assert.AreEqual(7, touches[1].Repetition);
        float[] expected = new float[Touch.Steps * Touch.Sensors];
        (expected[1], expected[2], expected[23]) = (1, 1 - (51 / 255f), 1 - (204 / 255f));
        Assert.AreSequenceEqual(expected, touches[0].Features);
    }

    [TestMethod]
    [DataRow("letter;repetition",
        "the first line must be 'letter,repetition,step,s0,...,s11'; is it the braille file?")]
    [DataRow(Header + "|A,0,0,1,2", "line 2: 'A,0,0,1,2' is not a reading of 12 sensors.")]
    [DataRow(Header + "|A,0,x,1,2,3,4,5,6,7,8,9,10,11,12", "is not a reading of 12 sensors.")]
    [DataRow(Header + "|A,0,0,1,2,3,4,5,6,7,8,9,10,11,256",
        "line 2: the reading '256' is not a number from 0 to 255.")]
    [DataRow(Header + "|A,0,0,1,2,3,4,5,6,7,8,9,10,11,NaN", "the reading 'NaN' is not a number from 0 to 255.")]
    [DataRow(Header + "|A,0,1,1,2,3,4,5,6,7,8,9,10,11,12", "line 2: the step 1 does not follow a step 0.")]
    [DataRow(Header + "|A,0,-1,1,2,3,4,5,6,7,8,9,10,11,12", "line 2: the step -1 does not follow a step 0.")]
    public void Read_OtherFiles_AreRefusedWithTheLine(string lines, string part) =>
        Assert.Contains(part, Assert.ThrowsExactly<InvalidDataException>(() => Read(lines.Split('|'))).Message);

    private static IReadOnlyList<Touch> Read(params string[] lines)
    {
        string path = Path.GetTempFileName();
        File.WriteAllLines(path, lines);
        try
        {
            return Touch.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
