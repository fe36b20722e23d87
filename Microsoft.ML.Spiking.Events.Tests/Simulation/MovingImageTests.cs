using System.IO.Compression;

namespace Microsoft.ML.Spiking.Events.Tests.Simulation;

/// <summary>Images that move, and digits of MNIST beside N-MNIST's recordings of them.</summary>
[TestClass]
public sealed class MovingImageTests
{
    [TestMethod]
    public void Record_ABarThatMovesByTwoPixels_BrightensAheadAndDarkensBehind()
    {
        // A bar of 2x3 pixels in the middle of 9x5, at columns 3.5 and 4.5 of pixel centers, moves to the right by 2.
        var camera = new SimulatedCamera(8, 5, SimulatedCameraOptions.Esim with { OnThreshold = 1, OffThreshold = 1 });
        float[] bar = [.. Enumerable.Repeat(255f, 2 * 3)];

        Event[] events = MovingImage.Record(bar, 2, 3, [new(0, 0, 0), new(10_000, 2, 0)], camera);

        // ln 1.001 - ln 0.001 is 6.9: six events at each pixel that changes.
        Assert.AreSequenceEqual(
            (from y in Enumerable.Range(1, 3) from x in Enumerable.Range(3, 4) select (x, y, x > 4, 6)).ToArray(),
            events.CountBy(item => ((int)item.X, (int)item.Y, item.IsOn))
                .Select(pair => (pair.Key.Item1, pair.Key.Item2, pair.Key.IsOn, pair.Value))
                .OrderBy(item => item.Item2).ThenBy(item => item.Item1).ToArray());
        Assert.IsTrue(events.Zip(events.Skip(1)).All(pair => pair.First.Time <= pair.Second.Time));
    }

    [TestMethod]
    public void RecordSaccades_HundredDigits_AreLikeTheRealRecordings()
    {
        byte[] images = Mnist("mnist-t10k-images-idx3-ubyte.gz");
        Dictionary<string, byte[]> recordings = EventFiles.Entries("nmnist/nmnist-small.tar.xz");
        double real = 0, simulated = 0, correlation = 0, least = 1;
        for (int i = 0; i < 100; i++)
        {
            Event[] expected = SyntheticFiles.Read(recordings[$"{60_001 + i}.bs2"], "digit.bs2");
            Event[] found = MovingImage.RecordSaccades(images.AsSpan(16 + (784 * i), 784), seed: i);
            real += expected.Length;
            simulated += found.Length;
            double alike = Correlation(Map(expected), Map(found));
            correlation += alike / 100;
            least = Math.Min(least, alike);
        }

        Assert.IsInRange(0.95, 1.05, simulated / real);
        Assert.IsGreaterThan(0.88, correlation);
        Assert.IsGreaterThan(0.8, least);
    }

    [TestMethod]
    public void Record_WhatIsNoPathOrImage_IsRefused()
    {
        AssertRefused("The image has 3 pixels, which are not 2x2.", new float[3], [new(0, 0, 0), new(1, 0, 0)]);
        AssertRefused("The path has 1 positions; it needs two at least.", new float[4], [new(0, 0, 0)]);
        AssertRefused("Position 1 of the path is", new float[4], [new(5, 0, 0), new(5, 1, 0)]);
        AssertRefused("Position 0 of the path is", new float[4], [new(5, double.NaN, 0), new(6, 1, 0)]);
        AssertRefused("The image has the value -1", [0, 0, 0, -1], [new(0, 0, 0), new(1, 0, 0)]);
        AssertRefused("The path has more than 10000000 steps", new float[4], [new(0, 0, 0), new(1L << 50, 0, 0)]);
        SimulatedCameraTests.AssertRefused("The digit has 5 pixels; those of MNIST have 28x28.",
            () => MovingImage.RecordSaccades(new byte[5]));

        static void AssertRefused(string message, float[] image, ImagePosition[] path) =>
            SimulatedCameraTests.AssertRefused(message,
                () => MovingImage.Record(image, 2, 2, path, new SimulatedCamera(4, 4)));
    }

    private static double[] Map(Event[] events)
    {
        double[] map = new double[MovingImage.SaccadeSide * MovingImage.SaccadeSide];
        foreach (Event item in events)
        {
            map[(item.Y * MovingImage.SaccadeSide) + item.X]++;
        }
        return map;
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average(), both = 0, ofA = 0, ofB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            both += (a[i] - meanA) * (b[i] - meanB);
            ofA += (a[i] - meanA) * (a[i] - meanA);
            ofB += (b[i] - meanB) * (b[i] - meanB);
        }
        return both / Math.Sqrt(ofA * ofB);
    }

    private static byte[] Mnist(string name)
    {
        string folder = Environment.GetEnvironmentVariable("SPIKING_DATA") is { Length: > 0 } named ? named
            : Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(EventFiles.Require("expected.json")))!, "data");
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            Assert.Inconclusive($"'{path}' does not exist; set SPIKING_DATA to the folder of MNIST's files.");
        }
        using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var copy = new MemoryStream();
        packed.CopyTo(copy);
        return copy.ToArray();
    }
}
