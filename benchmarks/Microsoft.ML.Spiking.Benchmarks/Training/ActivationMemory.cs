using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>What activation checkpointing saves of a step's memory, and what it costs in time.</summary>
internal sealed class ActivationMemory : IBenchmark
{
    public string Name => "activation-memory";

    public string Description =>
        "peak resident memory of a training step, conv net 1-32-64 on 28x28, batch 128, above what it was before; MB; " +
        "and its time, with activation checkpointing / without";

    public void Run(bool quick, TextWriter output)
    {
        int rounds = quick ? 3 : 7;
        foreach (int timeSteps in new[] { 6, 32 })
        {
            double[][] with = new double[rounds][], without = new double[rounds][];
            for (int round = 0; round < rounds; round++)
            {
                with[round] = Measure(ActivationMemoryTask.With, timeSteps);
                without[round] = Measure(ActivationMemoryTask.Without, timeSteps);
            }
            double[] Column(double[][] results, int column) => [.. results.Select(numbers => numbers[column])];
            output.WriteLine(Numbers.Text($"T {timeSteps}: with {PairedRatio.MedianOf(Column(with, 0)):0} MB, without " +
                $"{PairedRatio.MedianOf(Column(without, 0)):0} MB, ratio {PairedRatio.Of(Column(with, 0), Column(without, 0))}; " +
                $"time {PairedRatio.Of(Column(with, 1), Column(without, 1))}"));
        }
    }

    private static double[] Measure(string way, int timeSteps) =>
        ChildProcess.Run(ChildTasks.ActivationMemory, way, Numbers.Text($"{timeSteps}"));
}
