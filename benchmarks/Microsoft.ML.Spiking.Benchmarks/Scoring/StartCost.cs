using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>What a process costs until its first prediction.</summary>
internal sealed class StartCost : IBenchmark
{
    private const double Target = 25; // per cent

    public string Name => "scoring-start";

    public string Description => "from the start of a process to its first prediction: ms by the parent's clock, MB at most resident";

    public void Run(bool quick, TextWriter output)
    {
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            using var saved = new SavedNetwork(digits);
            (double[] Seconds, double[] Megabytes)[] runs = Measure(saved.Folder, rounds: quick ? 5 : 11);
            for (int i = 0; i < runs.Length; i++)
            {
                output.WriteLine(Numbers.Text($"  {digits.Network.Name}, {StartTask.Ways[i]}: {PairedRatio.MedianOf(runs[i].Seconds) * 1e3:0} ms, " +
                    $"{PairedRatio.MedianOf(runs[i].Megabytes):0} MB"));
            }
            (double[] Seconds, double[] Megabytes) managed = runs[Index(StartTask.Managed)], torch = runs[Index(StartTask.Torch)];
            output.WriteLine(new Goal($"{Name}-{digits.Network.Name}-time-percent",
                100 * PairedRatio.Of(managed.Seconds, torch.Seconds).Median, Target, AtMost: true));
            output.WriteLine(new Goal($"{Name}-{digits.Network.Name}-memory-percent",
                100 * PairedRatio.Of(managed.Megabytes, torch.Megabytes).Median, Target, AtMost: true));
        }
    }

    private static (double[] Seconds, double[] Megabytes)[] Measure(string folder, int rounds)
    {
        var runs = StartTask.Ways.Select(_ => (Seconds: new double[rounds], Megabytes: new double[rounds])).ToArray();
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < runs.Length; i++)
            {
                int turn = (i + round) % runs.Length;
                (runs[turn].Seconds[round], double[] numbers) =
                    ChildProcess.Clock(ChildTasks.Start, StartTask.Ways[turn], folder);
                runs[turn].Megabytes[round] = numbers[0];
            }
        }
        return runs;
    }

    private static int Index(string way) => Array.IndexOf(StartTask.Ways, way);
}
