using System.Diagnostics;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Sweeps;

namespace Microsoft.ML.Spiking.Benchmarks.Sweeps;

/// <summary>The speedup of two workers of one thread each over one.</summary>
internal sealed class SweepWorkers : IBenchmark
{
    private const double Target = 1.6;
    private const int Trials = 54; // some seconds in all, so that the sweep's own work does not count

    public string Name => "sweep-workers";

    public string Description =>
        "time of a sweep with one worker of one thread against that with two; needs two idle cores";

    public void Run(bool quick, TextWriter output)
    {
        int rounds = quick ? 3 : 7;
        var ml = new MLContext(1);
        (IDataView train, IDataView validation) = SweepProblem.Data(ml);
        Sweep(1);
        var one = new double[rounds];
        var two = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            one[round] = Sweep(1);
            two[round] = Sweep(2);
        }
        var ratio = PairedRatio.Of(one, two);
        output.WriteLine(Numbers.Text(
            $"one worker {PairedRatio.MedianOf(one):0.0} s, two {PairedRatio.MedianOf(two):0.0} s, ratio {ratio}"));
        output.WriteLine(new Goal("sweep-two-workers", ratio.Median, Target, AtMost: false));

        double Sweep(int workers)
        {
            SweepSettings settings = SweepProblem.Settings(1);
            (settings.Workers, settings.Halving, settings.MaximumTrials, settings.Trainer.Epochs) =
                (workers, new(), Trials, 9);
            long started = Stopwatch.GetTimestamp();
            ml.MulticlassClassification.SweepSpikingClif(train, validation, settings);
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }
}
