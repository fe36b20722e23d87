using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;
using Microsoft.ML.Spiking.Training.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>
/// The peak memory of training steps. Libraries and compiled code are part of the baseline, because a step of one time
/// step has run before.
/// </summary>
internal static class StepMemoryTask
{
    private const int Steps = 4;

    public static IEnumerable<double> Run(string form, int timeSteps)
    {
        using IDisposable? memory = NativeMemory.Use(isWanted: true);
        return TrainingThread.Run(() =>
        {
            NativeRuntime.EnsureLoaded(withCuda: false);
            set_num_threads(1); // changes the time, which is not measured here
            using (var warmup = StepProblem.Mlp(timeSteps: 1))
            using (TrainingStep step = StepForms.Create(form, warmup))
            {
                step.Run();
                step.Run();
            }
            using var problem = StepProblem.Mlp(timeSteps);
            using TrainingStep measured = StepForms.Create(form, problem);
            GC.Collect();
            GlibcHeap.Trim();
            ResidentMemory.ForgetPeak();
            double before = ResidentMemory.Now;
            for (int i = 0; i < Steps; i++)
            {
                measured.Run();
            }
            return new[] { ResidentMemory.Peak - before };
        });
    }
}
