using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Sweeps;

namespace Microsoft.ML.Spiking.Benchmarks.Sweeps;

/// <summary>
/// The epochs that successive halving spends to reach the accuracy of the best of 32 random trials that were all
/// trained to the end. Counts epochs, not time: apart from the last bits of the trainings it gives the same on every
/// machine.
/// </summary>
internal sealed class HalvingEpochs : IBenchmark
{
    private const double Target = 0.5;

    public string Name => "sweep";

    public string Description =>
        $"epochs of successive halving until it is as good as the best of 32 random trials of {SweepProblem.Epochs} " +
        "epochs, as a fraction of their epochs";

    public void Run(bool quick, TextWriter output)
    {
        var ml = new MLContext(1);
        (IDataView train, IDataView validation) = SweepProblem.Data(ml);
        List<double> random = [], parzen = [];
        for (int seed = 1; seed <= (quick ? 3 : 7); seed++)
        {
            SweepResult plain =
                ml.MulticlassClassification.SweepSpikingClif(train, validation, SweepProblem.Settings(seed));
            double goal = plain.BestTrial.Score!.Value;
            random.Add(Spent(goal, plain.EpochsSpent, SweepSampler.Random));
            parzen.Add(Spent(goal, plain.EpochsSpent, SweepSampler.Parzen));
            output.WriteLine(Numbers.Text($"seed {seed}: accuracy {goal:0.0000} after {plain.EpochsSpent} epochs; " +
                $"halving with random trials {random[^1]:0.00} of them, with Parzen estimators {parzen[^1]:0.00}"));

            double Spent(double goal, long epochs, SweepSampler sampler) =>
                (double)Halving(ml, train, validation, seed, sampler, goal, epochs) / epochs;
        }
        output.WriteLine(Numbers.Text(
            $"median: random {PairedRatio.MedianOf(random):0.00}, Parzen {PairedRatio.MedianOf(parzen):0.00}"));
        output.WriteLine(new Goal("halving-epochs-random", PairedRatio.MedianOf(random), Target, AtMost: true));
        output.WriteLine(new Goal("halving-epochs-parzen", PairedRatio.MedianOf(parzen), Target, AtMost: true));
    }

    /// <summary>Returns the epochs spent when the first trial is as good; the whole budget if none is.</summary>
    private static long Halving(
        MLContext ml, IDataView train, IDataView validation, int seed, SweepSampler sampler, double goal, long most)
    {
        using var enough = new CancellationTokenSource();
        long spent = most;
        SweepSettings settings = SweepProblem.Settings(seed);
        (settings.Halving, settings.Sampler) = (new(), sampler);
        (settings.MaximumTrials, settings.MaximumEpochs, settings.CancellationToken) = (null, most, enough.Token);
        settings.Progress = new Watch(progress =>
        {
            if (progress.Score >= goal && !enough.IsCancellationRequested)
            {
                spent = progress.EpochsSpent;
                enough.Cancel();
            }
        });
        ml.MulticlassClassification.SweepSpikingClif(train, validation, settings);
        return spent;
    }

    private sealed class Watch(Action<SweepProgress> heard) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => heard(value);
    }
}
