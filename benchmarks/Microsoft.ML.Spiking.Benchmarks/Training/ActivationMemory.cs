using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>The memory that activation checkpointing saves in a step, and its cost in time.</summary>
internal sealed class ActivationMemory : IBenchmark
{
    public string Name => "activation-memory";

    public string Description =>
        "peak resident memory of a training step above what it was before, and its time, with activation " +
        "checkpointing and without; conv net 1-32-64 on 28x28 in batches of 128, ResNet-18 on 32x32 in batches of 8; " +
        "1 thread";

    public void Run(bool quick, TextWriter output)
    {
        (string Network, int TimeSteps)[] cases =
            [(ActivationMemoryTask.ConvNet, 6), (ActivationMemoryTask.ConvNet, 32), (ActivationMemoryTask.ResNet, 32)];
        foreach ((string network, int timeSteps) in cases)
        {
            int rounds = network == ActivationMemoryTask.ResNet ? 1 : quick ? 3 : 7; // its steps take long
            double[][] with = new double[rounds][], without = new double[rounds][];
            for (int round = 0; round < rounds; round++)
            {
                with[round] = Measure(network, ActivationMemoryTask.With, timeSteps);
                without[round] = Measure(network, ActivationMemoryTask.Without, timeSteps);
            }
            double[] Column(double[][] results, int column) => [.. results.Select(numbers => numbers[column])];
            output.WriteLine(Numbers.Text($"{network}, T {timeSteps}: with {PairedRatio.MedianOf(Column(with, 0)):0} " +
                $"MB, without {PairedRatio.MedianOf(Column(without, 0)):0} MB, ratio " +
                $"{PairedRatio.Of(Column(with, 0), Column(without, 0))}; time " +
                $"{PairedRatio.Of(Column(with, 1), Column(without, 1))}"));
        }
    }

    private static double[] Measure(string network, string way, int timeSteps) =>
        ChildProcess.Run(ChildTasks.ActivationMemory, network, way, Numbers.Text($"{timeSteps}"));
}
