using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Spiking.Events.Tests.Samples;

/// <summary>samples/EventCamera in a process of its own, on two shapes.</summary>
[TestClass]
public sealed class EventCameraSampleTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Run_TwoShapes_TrainsReplaysAndDraws()
    {
        WriteList("train1K.txt", 1, 24);
        WriteList("test100.txt", 25, 30);

        string trained = Run(0, "train", ".", "1");
        string replayed = Run(0, "replay", "25.bs2", "1000");
        string drawn = Run(0, "picture", "26.bs2", "strip.png");

        Assert.StartsWith("1 epochs of 24 recordings, tested on 6 others", trained);
        foreach (string name in new[] { "CLIF", "LIF", "LightGbm on summed frames" })
        {
            Assert.MatchesRegex($@"\n  {name} +\d+ ?% in", trained);
        }
        Assert.MatchesRegex(@"step \d+ 0: *\d+% 1: *\d+%\n", replayed);
        Assert.Contains("decided for", replayed);
        Assert.StartsWith("strip.png: ", drawn);
        Assert.IsGreaterThan(5_000, new FileInfo(Path.Combine(_folder, "strip.png")).Length);
    }

    [TestMethod]
    public void Run_WithoutFiles_SaysWhatIsMissing()
    {
        Assert.Contains("train1K.txt", Run(1, "train", "."));
        Assert.Contains("EventCamera train FOLDER [EPOCHS [SEED]]", Run(2, "paint"));
        WriteList("test100.txt", 25, 25);
        Assert.Contains("has no file t10k-images-idx3-ubyte.gz", Run(1, "simulate", ".", "."));
    }

    /// <summary>Writes a list and its recordings: a bar from left to right, or from top to bottom.</summary>
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
                    (byte)((item.IsOn ? 0x80 : 0) | (int)(item.Time >> 16)), (byte)(item.Time >> 8),
                    (byte)item.Time])]);
        }
    }

    private string Run(int expected, params string[] arguments)
    {
        string program = typeof(EventCameraSampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "EventCameraSample").Value!;
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The sample has not ended after {Patience}.");
        }
        process.WaitForExit(); // waits for the last lines
        Assert.AreEqual(expected, process.ExitCode, $"{output.Result}\n{errors.Result}");
        return output.Result + errors.Result;
    }
}
