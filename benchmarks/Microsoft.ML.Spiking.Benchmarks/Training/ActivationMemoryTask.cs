using System.Diagnostics;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;
using Microsoft.ML.Spiking.Training.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>
/// The peak memory of an image network's training steps, with and without activation checkpointing. Libraries and
/// compiled code are part of the baseline, because a step of one time step has run before.
/// </summary>
internal static class ActivationMemoryTask
{
    public const string With = "with";
    public const string Without = "without";

    /// <summary>The net 1-32-64 on batches of 128 images of 28x28.</summary>
    public const string ConvNet = "conv-net";

    /// <summary>ResNet-18 on batches of 8 images of 32x32.</summary>
    public const string ResNet = "resnet-18";

    private const int Steps = 3;

    /// <summary>Returns the peak megabytes above the baseline, and milliseconds per step (median).</summary>
    public static IEnumerable<double> Run(string network, string way, int timeSteps)
    {
        using IDisposable? memory = NativeMemory.Use(isWanted: true);
        return TrainingThread.Run(() =>
        {
            NativeRuntime.EnsureLoaded(withCuda: false);
            set_num_threads(1); // changes only the time, of which only the ratio matters here
            using (NetworkStep warmup = Create(network, way, timeSteps: 1))
            {
                warmup.Run();
                warmup.Run();
            }
            using NetworkStep measured = Create(network, way, timeSteps);
            GC.Collect();
            GlibcHeap.Trim();
            ResidentMemory.ForgetPeak();
            double before = ResidentMemory.Now;
            var times = new double[Steps];
            for (int i = 0; i < Steps; i++)
            {
                long started = Stopwatch.GetTimestamp();
                measured.Run();
                times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
            return new[] { ResidentMemory.Peak - before, PairedRatio.MedianOf(times) };
        });
    }

    private static NetworkStep Create(string network, string way, int timeSteps) => network switch
    {
        ConvNet => new(new ConvNet(32, 64), [1, 28, 28], timeSteps, rows: 128, way == With),
        ResNet => new(new SpikingResNet(18), [3, 32, 32], timeSteps, rows: 8, way == With),
        _ => throw new ArgumentException($"There is no network '{network}'."),
    };
}
