using System.Diagnostics;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Sweeps;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Benchmarks.Sweeps;

/// <summary>The cost of a trial besides its training: a sweep against the same trainings one after the other.</summary>
internal sealed class SweepOverhead : IBenchmark
{
    private const int Trials = 16;
    private const double MostMilliseconds = 100;

    public string Name => "sweep-overhead";

    public string Description => "milliseconds of a sweep per trial, above those of its trainings by themselves";

    public void Run(bool quick, TextWriter output)
    {
        int rounds = quick ? 3 : 7;
        var ml = new MLContext(1);
        (IDataView train, IDataView validation) = SweepProblem.Data(ml);
        string file = Path.Combine(Directory.CreateTempSubdirectory("spiking-benchmarks-").FullName, "sweep.db");
        SweepResult sweep = Sweep(0, stored: false);
        var alone = new double[rounds];
        var temporary = new double[rounds];
        var kept = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            alone[round] = Time(() => Array.ForEach(sweep.Trials.ToArray(), Train));
            temporary[round] = Time(() => Sweep(round, stored: false));
            kept[round] = Time(() => Sweep(round, stored: true));
        }
        double ofTemporary = Overhead(temporary), ofKept = Overhead(kept);
        output.WriteLine(Numbers.Text($"a training of 3 epochs {1_000 * PairedRatio.MedianOf(alone) / Trials:0.0} " +
            $"ms; a trial {ofTemporary:0.0} ms more, with a file and a checkpoint after every epoch {ofKept:0.0} ms " +
            $"more"));
        output.WriteLine(new Goal("sweep-overhead-ms", ofKept, MostMilliseconds, AtMost: true));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

        double Overhead(double[] seconds) =>
            1_000 * PairedRatio.MedianOf(seconds.Zip(alone, (with, without) => with - without)) / Trials;

        void Train(SweepTrial trial)
        {
            SweepSpace space = SweepProblem.Settings(1).Space;
            SpikingClifTrainer.Options options = new SweepPoint(
                space, space.Names.Select(name => trial.Values[name])).ApplyTo(sweep.BestOptions);
            ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train, validation);
        }

        SweepResult Sweep(int round, bool stored)
        {
            SweepSettings settings = SweepProblem.Settings(1);
            (settings.MaximumTrials, settings.Trainer.Epochs, settings.Name) =
                (Trials, 3, Numbers.Text($"round {round}"));
            (settings.Storage, settings.CheckpointInterval) =
                (stored ? SweepStorage.Sqlite(file) : null, TimeSpan.Zero);
            return ml.MulticlassClassification.SweepSpikingClif(train, validation, settings);
        }
    }

    private static double Time(Action action)
    {
        long started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
