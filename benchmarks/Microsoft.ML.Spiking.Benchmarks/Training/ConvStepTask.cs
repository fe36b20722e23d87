using System.Diagnostics;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>Steps of <see cref="ConvStep"/> with and without the library's settings of native memory.</summary>
internal static class ConvStepTask
{
    public const string With = "with";
    public const string Without = "without";

    // As on a system without huge pages.
    public const string WithoutHugePages = "without-huge-pages";

    /// <summary>
    /// Returns milliseconds per step (median), and resident megabytes during the steps and afterwards.
    /// </summary>
    public static IEnumerable<double> Run(string remedy, int steps)
    {
        double milliseconds = 0, running = 0;
        using (NativeMemory.Use(isWanted: remedy != Without, hugePages: remedy == WithoutHugePages ? false : null))
        {
            TrainingThread.Run(() =>
            {
                NativeRuntime.EnsureLoaded(withCuda: false);
                using var step = new ConvStep();
                step.Run();
                step.Run();
                var times = new double[steps];
                for (int i = 0; i < steps; i++)
                {
                    long started = Stopwatch.GetTimestamp();
                    step.Run();
                    times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                }
                milliseconds = PairedRatio.MedianOf(times);
                running = ResidentMemory.Now;
                return 0;
            });
        }
        return [milliseconds, running, ResidentMemory.Now];
    }
}
