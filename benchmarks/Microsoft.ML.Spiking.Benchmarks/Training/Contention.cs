using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>
/// Training on a busy machine: the share of its speed that it keeps beside a busy loop per processor, and the cost of
/// its short waits on an idle one.
/// </summary>
internal sealed class Contention : IBenchmark
{
    // With as many threads as competitors, half of the machine would be fair.
    private const double LeastShare = 0.4;
    private const double MostLoss = 1.05;

    // GCC's default number of turns, which take milliseconds.
    private static readonly Dictionary<string, string> Spinning = new() { ["GOMP_SPINCOUNT"] = "300000" };
    private static readonly Dictionary<string, string> Passive = new() { ["OMP_WAIT_POLICY"] = "passive" };

    public string Name => "contention";

    public string Description =>
        "training with default options beside a busy loop for each processor, quiet and busy rounds in turn";

    public void Run(bool quick, TextWriter output)
    {
        foreach (string network in ContendedTraining.Networks.Keys)
        {
            Measure(network, rounds: quick ? 5 : 9, seconds: 0.8, output);
        }
    }

    private static void Measure(string network, int rounds, double seconds, TextWriter output)
    {
        (string Name, Dictionary<string, string> Variables)[] forms =
            [("default", []), ("long spins", Spinning), ("passive waiting", Passive)];
        double[][] quiet = [.. forms.Select(_ => new double[rounds])],
            busy = [.. forms.Select(_ => new double[rounds])];
        ContendedTraining[] trainings = [.. forms.Select(form => new ContendedTraining(network, form.Variables))];
        try
        {
            for (int round = 0; round < rounds; round++)
            {
                void Each(double[][] speeds)
                {
                    for (int i = 0; i < trainings.Length; i++)
                    {
                        int turn = (i + round) % trainings.Length;
                        speeds[turn][round] = trainings[turn].RowsPerSecond(seconds);
                    }
                }

                Each(quiet);
                using var competitors = new BusyProcessors(Environment.ProcessorCount);
                Each(busy);
            }
        }
        finally
        {
            Array.ForEach(trainings, training => training.Dispose());
        }
        output.WriteLine($"{network}, T = {ContendedTraining.Networks[network].TimeSteps}, batch 128:");
        for (int i = 0; i < forms.Length; i++)
        {
            output.WriteLine(Numbers.Text($"  {forms[i].Name}: quiet {PairedRatio.MedianOf(quiet[i]):0} rows/s, ") +
                Numbers.Text($"{PairedRatio.Of(quiet[0], quiet[i])} of the default's time; ") +
                Numbers.Text(
                    $"busy {PairedRatio.MedianOf(busy[i]):0} rows/s, {PairedRatio.Of(busy[i], quiet[i])} of quiet"));
        }
        var share = PairedRatio.Of(busy[0], quiet[0]);
        var loss = PairedRatio.Of(quiet[1], quiet[0]);
        output.WriteLine(new Goal($"contention-share-{network}", share.Median, LeastShare, AtMost: false));
        output.WriteLine(new Goal($"contention-quiet-{network}", loss.Median, MostLoss, AtMost: true));
    }
}
