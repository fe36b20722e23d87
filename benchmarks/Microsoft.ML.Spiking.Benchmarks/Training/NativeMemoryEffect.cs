using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>
/// The effect of the library's handling of native memory on a convolutional step; each run in a separate process,
/// because libtorch decides once about huge pages.
/// </summary>
internal sealed class NativeMemoryEffect : IBenchmark
{
    private static readonly string[] Remedies =
        [ConvStepTask.Without, ConvStepTask.With, ConvStepTask.WithoutHugePages];

    public string Name => "native-memory";

    public string Description =>
        "step of the conv net 1-32-64, T = 6, batch 128, with and without the library's settings of native memory";

    public void Run(bool quick, TextWriter output)
    {
        int rounds = 7;
        int steps = quick ? 3 : 7;
        double[][][] results = [.. Remedies.Select(_ => new double[rounds][])];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < Remedies.Length; i++)
            {
                int turn = (i + round) % Remedies.Length;
                results[turn][round] = ChildProcess.Run(ChildTasks.ConvStep, Remedies[turn], Numbers.Text($"{steps}"));
            }
        }
        double[] Column(int remedy, int column) => [.. results[remedy].Select(numbers => numbers[column])];
        for (int i = 0; i < Remedies.Length; i++)
        {
            output.WriteLine(Numbers.Text($"{Remedies[i]}: {PairedRatio.MedianOf(Column(i, 0)):0} ms a step; " +
                $"resident {PairedRatio.MedianOf(Column(i, 1)):0} MB at its end, " +
                $"{PairedRatio.MedianOf(Column(i, 2)):0} MB afterwards; without / this " +
                $"{PairedRatio.Of(Column(0, 0), Column(i, 0))}"));
        }
    }
}
