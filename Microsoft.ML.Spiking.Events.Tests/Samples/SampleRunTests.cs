using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Spiking.Events.Tests.Samples;

/// <summary>samples/EventCamera and samples/Tactile in processes of their own, on a few rows.</summary>
[TestClass]
public sealed class SampleRunTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void EventCamera_TwoShapes_TrainsReplaysAndDraws()
    {
        WriteList("train1K.txt", 1, 24);
        WriteList("test100.txt", 25, 30);

        string trained = Run("EventCamera", "train", ".", "2");
        string replayed = Run("EventCamera", "replay", "25.bs2", "1000");
        string drawn = Run("EventCamera", "picture", "26.bs2", "strip.png");

        Assert.StartsWith("2 epochs of 24 recordings, tested on 6 others", trained);
        foreach (string name in new[] { "CLIF", "LIF", "LightGbm on summed frames" })
        {
            Assert.MatchesRegex($@"\n  {name} +\d+ ?% in", trained);
        }
        Assert.IsTrue(File.Exists(Path.Combine(_folder, "event-camera.zip")));
        Assert.Contains("step 10  0:", replayed);
        Assert.StartsWith("strip.png: ", drawn);
        Assert.IsGreaterThan(5_000, new FileInfo(Path.Combine(_folder, "strip.png")).Length);
    }

    [TestMethod]
    public void Tactile_TwoLetters_TrainsAndDecidesEarly()
    {
        var lines = new List<string> { "letter,repetition,step,s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10,s11" };
        foreach (string letter in new[] { "A", "B" })
        {
            for (int repetition = 0; repetition < 50; repetition++)
            {
                // One letter presses the first six sensors, the other the last.
                string values = string.Join(',', Enumerable.Range(0, 12).Select(sensor =>
                    sensor / 6 == (letter == "A" ? 0 : 1) ? 100 + repetition : 255));
                lines.AddRange(Enumerable.Range(0, 76).Select(step => $"{letter},{repetition},{step},{values}"));
            }
        }
        File.WriteAllLines(Path.Combine(_folder, "touches.csv"), lines);

        string output = Run("Tactile", "touches.csv", "3");

        Assert.Contains("whole touches: 100.0% of 20 right", output.Replace(" %", "%", StringComparison.Ordinal));
        Assert.MatchesRegex(@"decided at +70 ?%: [\d.]+ ?% right after [\d.]+ of 76 readings", output);
    }

    [TestMethod]
    public void EventCamera_WithoutFiles_SaysWhatIsMissing()
    {
        Assert.Contains("train1K.txt", Run("EventCamera", expected: 1, "train", "."));
        Assert.Contains("EventCamera train FOLDER [EPOCHS]", Run("EventCamera", expected: 2, "paint"));
        Assert.Contains("has no file t10k-images-idx3-ubyte.gz", Fault());

        string Fault()
        {
            WriteList("test100.txt", 25, 25);
            return Run("EventCamera", expected: 1, "simulate", ".", ".");
        }
    }

    private void WriteList(string name, int from, int to)
    {
        File.WriteAllLines(Path.Combine(_folder, name),
            ["#sample #class", .. Enumerable.Range(from, to - from + 1).Select(i => $"{i} {i % 2}")]);
        for (int i = from; i <= to; i++)
        {
            byte[] image = new byte[28 * 28];
            for (int pixel = 0; pixel < image.Length; pixel++)
            {
                int along = i % 2 == 0 ? pixel % 28 : pixel / 28;
                image[pixel] = (byte)(along is >= 12 and < 16 ? 255 : 0);
            }
            File.WriteAllBytes(Path.Combine(_folder, $"{i}.bs2"), [.. MovingImage.RecordSaccades(image, seed: i)
                .SelectMany(item => (byte[])[(byte)item.X, (byte)item.Y,
                    (byte)((item.On ? 0x80 : 0) | (int)(item.Time >> 16)), (byte)(item.Time >> 8), (byte)item.Time])]);
        }
    }

    private string Run(string sample, params string[] arguments) => Run(sample, expected: 0, arguments);

    private string Run(string sample, int expected, params string[] arguments)
    {
        string Metadata(string key) => typeof(SampleRunTests).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
        string program = Path.Combine(
            Metadata("Repository"), "samples", sample, "bin", Metadata("Build"), $"{sample}.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        Assert.IsTrue(process.WaitForExit(Patience), $"The sample has not ended after {Patience}.");
        process.WaitForExit();
        Assert.AreEqual(expected, process.ExitCode, $"{output.Result}\n{errors.Result}");
        return output.Result + errors.Result;
    }
}
