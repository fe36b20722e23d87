using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>Peak memory of the training step, each form in a separate process.</summary>
internal sealed class StepMemory : IBenchmark
{
    private const double Target = 60;
    private const int TargetTimeSteps = 32;

    public string Name => "step-memory";

    public string Description =>
        "peak resident memory of a training step, MLP 784-512-512-10, batch 128, above what it was before; MB";

    public void Run(bool quick, TextWriter output)
    {
        foreach (int timeSteps in new[] { 6, TargetTimeSteps })
        {
            int rounds = quick ? 3 : 7;
            var fused = new double[rounds];
            var opByOp = new double[rounds];
            for (int round = 0; round < rounds; round++)
            {
                fused[round] = Peak(StepForms.Fused, timeSteps);
                opByOp[round] = Peak(StepForms.OpByOp, timeSteps);
            }
            var ratio = PairedRatio.Of(fused, opByOp);
            output.WriteLine(Numbers.Text($"T {timeSteps}: fused {PairedRatio.MedianOf(fused):0.0} MB, op by op " +
                $"{PairedRatio.MedianOf(opByOp):0.0} MB, ratio {ratio}"));
            if (timeSteps == TargetTimeSteps)
            {
                output.WriteLine(
                    new Goal($"step-memory-percent-T{timeSteps}", 100 * ratio.Median, Target, AtMost: true));
            }
        }
    }

    private static double Peak(string form, int timeSteps) =>
        ChildProcess.Run(ChildTasks.StepMemory, form, Numbers.Text($"{timeSteps}"))[0];
}
