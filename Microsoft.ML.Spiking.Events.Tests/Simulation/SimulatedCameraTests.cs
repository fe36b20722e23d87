namespace Microsoft.ML.Spiking.Events.Tests.Simulation;

/// <summary>Simulated pixels against the formulas of their models.</summary>
[TestClass]
public sealed class SimulatedCameraTests
{
    [TestMethod]
    public void Push_Esim_FiresWhereTheLineBetweenTwoImagesCrossesTheThresholds()
    {
        var camera = new SimulatedCamera(
            2, 1, SimulatedCameraOptions.Esim with { OnThreshold = 0.3, OffThreshold = 0.5 });
        double[] first = [Logarithm(50), Logarithm(200)], second = [Logarithm(120), Logarithm(40)];

        Assert.IsTrue(camera.Push([50, 200], 1_000).IsEmpty);
        Event[] events = camera.Push([120, 40], 3_000).ToArray();

        // From ln 50 to ln 120 is 0.87: two crossings of 0.3; from ln 200 to ln 40 is -1.6: three of 0.5.
        Event[] expected =
        [
            .. Enumerable.Range(1, 2).Select(i =>
                new Event(1_000 + (long)Math.Round(2_000 * i * 0.3 / (second[0] - first[0])), 0, 0, true)),
            .. Enumerable.Range(1, 3).Select(i =>
                new Event(1_000 + (long)Math.Round(2_000 * i * -0.5 / (second[1] - first[1])), 1, 0, false)),
        ];
        Assert.AreSequenceEqual(expected.OrderBy(item => item.Time).ToArray(), events);

        // The rests, 0.27 and 0.11, are kept: another 0.05 and 0.39 more make an event each.
        Event[] rest = camera.Push([129, 26], 4_000).ToArray();
        Assert.AreSequenceEqual(new[] { (0, true), (1, false) },
            rest.OrderBy(item => item.X).Select(item => ((int)item.X, item.IsOn)).ToArray());

        static double Logarithm(double value) => Math.Log((value / 255) + 0.001);
    }

    [TestMethod]
    public void Push_V2e_SpreadsTheEventsEvenlyAndIsLinearInTheDark()
    {
        var camera = new SimulatedCamera(2, 1, SimulatedCameraOptions.V2eClean with { ThresholdDeviation = 0 });

        camera.Push([0, 20], 0);
        Event[] events = camera.Push([6, 100], 1_000).ToArray();

        // 6 ln 20 / 20 is 0.899: four thresholds of 0.2; ln 100 - ln 20 is 1.609: eight.
        Assert.AreSequenceEqual(new long[] { 250, 500, 750, 1_000 },
            events.Where(item => item.X == 0).Select(item => item.Time).ToArray());
        Assert.AreSequenceEqual(new long[] { 125, 250, 375, 500, 625, 750, 875, 1_000 },
            events.Where(item => item.X == 1).Select(item => item.Time).ToArray());
        Assert.IsTrue(events.All(item => item.IsOn));
    }

    [TestMethod]
    public void Push_SlowPixels_FollowByTheLowPassFilter()
    {
        // k = (255 + 20) / 275 * 2 pi f dt = 0.5 for f = 0.5 / (2 pi 0.001) Hz: half of the way in each millisecond.
        var camera = new SimulatedCamera(1, 1, SimulatedCameraOptions.V2eClean with
        {
            ThresholdDeviation = 0,
            CutoffFrequency = 0.5 / (2 * Math.PI * 0.001),
        });
        double logarithm = Math.Log(255) - Math.Log(20);
        camera.Push([20], 0);

        int[] counts = [.. Enumerable.Range(1, 4).Select(i => camera.Push([255], i * 1_000).Length)];

        int[] until = [.. Enumerable.Range(1, 4).Select(i => (int)(logarithm * (1 - Math.Pow(0.5, i)) / 0.2))];
        Assert.AreSequenceEqual(until.Select((count, i) => count - (i == 0 ? 0 : until[i - 1])).ToArray(), counts);
    }

    [TestMethod]
    public void Push_RefractoryPeriod_LosesEventsButNotTheChange()
    {
        var camera = new SimulatedCamera(1, 1, SimulatedCameraOptions.V2eClean with
        {
            ThresholdDeviation = 0,
            RefractoryPeriod = 300,
        });
        camera.Push([20], 0);

        // Eight crossings, 125 µs apart: the first, and each after 300 µs.
        Assert.AreSequenceEqual(new long[] { 125, 500, 875 },
            camera.Push([100], 1_000).ToArray().Select(item => item.Time).ToArray());
        Assert.IsTrue(camera.Push([100], 2_000).IsEmpty);
    }

    [TestMethod]
    public void Push_Noise_HasItsRates()
    {
        const int Seconds = 5, Pixels = 40 * 40;
        // Leak: 2 events per second and pixel, all brighter; g is log-normal with mean 1.027. What does not suffice for
        // another event at the end is half of one on average.
        double leaked = ((2 * 1.027 * Seconds) - 0.5) * Pixels;
        Assert.AreEqual(
            leaked, Count(new() { LeakRate = 2, ShotNoiseRate = 0 }, 100, true), 0.04 * 2 * Seconds * Pixels);
        Assert.AreEqual(0, Count(new() { LeakRate = 2, ShotNoiseRate = 0 }, 100, false));
        // Shot noise: at black the whole rate, half of each kind; at white a quarter.
        Assert.AreEqual(2 * Seconds * Pixels, Count(new() { LeakRate = 0, ShotNoiseRate = 4 }, 0, false),
            0.04 * 2 * Seconds * Pixels);
        Assert.AreEqual(0.5 * Seconds * Pixels, Count(new() { LeakRate = 0, ShotNoiseRate = 4 }, 255, true),
            0.06 * 0.5 * Seconds * Pixels);

        static int Count(SimulatedCameraOptions options, float light, bool isOn)
        {
            var camera = new SimulatedCamera(40, 40, options with { RefractoryPeriod = 0, ThresholdDeviation = 0 });
            float[] image = [.. Enumerable.Repeat(light, Pixels)];
            int count = 0;
            for (int time = 0; time <= Seconds * 100; time++)
            {
                count += camera.Push(image, time * 10_000).ToArray().Count(item => item.IsOn == isOn);
            }
            return count;
        }
    }

    [TestMethod]
    public void Push_DifferentThresholds_AreNormalAndOfTheSeed()
    {
        SimulatedCameraOptions options = SimulatedCameraOptions.V2eClean with { ThresholdDeviation = 0.04 };
        int[] counts = Counts(options);

        // At 0.2 there are 8 crossings; a deviation of 0.04 makes 1.6 more or fewer.
        Assert.AreEqual(8.0, counts.Average(), 0.5);
        Assert.IsInRange(1.2, 3.0, Math.Sqrt(counts.Average(count => Math.Pow(count - counts.Average(), 2))));
        Assert.AreSequenceEqual(counts, Counts(options));
        Assert.AreNotSequenceEqual(counts, Counts(options with { Seed = 2 }));

        static int[] Counts(SimulatedCameraOptions options)
        {
            var camera = new SimulatedCamera(30, 30, options);
            camera.Push(Enumerable.Repeat(20f, 900).ToArray(), 0);
            Event[] events = camera.Push(Enumerable.Repeat(100f, 900).ToArray(), 1_000).ToArray();
            Assert.IsTrue(events.Zip(events.Skip(1)).All(pair => pair.First.Time <= pair.Second.Time));
            return [.. events.CountBy(item => (item.Y * 30) + item.X).OrderBy(pair => pair.Key)
                .Select(pair => pair.Value)];
        }
    }

    [TestMethod]
    public void Push_WhatItCannotSee_IsRefused()
    {
        var camera = new SimulatedCamera(2, 1);
        camera.Push([1, 2], 5);

        AssertRefused("The image has 3 pixels; the camera has 2x1.", () => camera.Push([1, 2, 3], 6));
        AssertRefused("The image is at 5 µs, the one before at 5; images come in the order of time.",
            () => camera.Push([1, 2], 5));
        AssertRefused("The image has the value 256; pixels are from 0 for black to 255 for white.",
            () => camera.Push([1, 256], 6));
        AssertRefused("The image has the value NaN", () => camera.Push([1, float.NaN], 6));
        AssertRefused("OnThreshold is 0; it must be from 0.01 to 10.",
            () => _ = new SimulatedCamera(2, 1, new() { OnThreshold = 0 }));
        AssertRefused("Model is 7; it must be V2e or Esim.",
            () => _ = new SimulatedCamera(2, 1, new() { Model = (EventCameraModel)7 }));
        AssertRefused("width is 0; it must be from 1 to 65536 pixels.", () => _ = new SimulatedCamera(0, 1));
    }

    internal static void AssertRefused(string message, Action action) =>
        Assert.StartsWith(message, Assert.ThrowsExactly<ArgumentException>(action).Message);
}
