using Microsoft.ML;
using Microsoft.ML.Spiking;

namespace ClifToLif;

/// <summary>Networks of several seeds, converted with each kind of reset.</summary>
/// <param name="ml">The context.</param>
/// <param name="data">The rows.</param>
/// <param name="options">The trainer's options, but for the seed.</param>
internal sealed class Comparison(MLContext ml, DataSets data, Func<SpikingClifTrainer.Options> options)
{
    /// <summary>Trains, converts and prints a line for each seed, then their mean and standard deviation.</summary>
    /// <param name="seeds">Number of networks.</param>
    public void Run(int seeds)
    {
        Console.WriteLine("seed  CLIF %  LIF soft %  LIF hard to 0 %  LIF hard, swept %  swept to");
        double[][] results = new double[seeds][];
        for (int seed = 1; seed <= seeds; seed++)
        {
            results[seed - 1] = Convert(seed);
            Print($"{seed}", results[seed - 1]);
        }
        Print("mean", [.. Enumerable.Range(0, 5).Select(i => results.Average(row => row[i]))]);
        Print("+-", [.. Enumerable.Range(0, 5).Select(i => Deviation([.. results.Select(row => row[i])]))]);
    }

    /// <summary>Returns the accuracies of the four networks on the test rows, and the reset of the last.</summary>
    private double[] Convert(int seed)
    {
        SpikingClifTrainer.Options chosen = options();
        chosen.Seed = seed;
        SpikingPredictionTransformer model = ml.MulticlassClassification.Trainers.SpikingClif(chosen).Fit(data.Train);
        double swept = ml.Model.ConvertClifToLif(model, data.HeldOut).ResetPotential;
        // The potential was chosen on the rows held out: nothing is chosen on the test rows.
        LifConversion tested = ml.Model.ConvertClifToLif(
            model, data.Test, new LifConversionOptions { ResetPotentials = [swept] });
        double atSwept = tested.Trials.Single(trial => trial.ResetPotential == swept).Accuracy;
        return
        [
            tested.ClifAccuracy, tested.SoftResetAccuracy, tested.HardResetToZeroAccuracy, atSwept, swept,
        ];
    }

    private static void Print(string name, double[] figures) => Console.WriteLine(
        $"{name,4}  {100 * figures[0],6:0.00}  {100 * figures[1],10:0.00}  {100 * figures[2],15:0.00}  " +
        $"{100 * figures[3],17:0.00}  {figures[4],8:0.00}");

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return values.Length < 2 ? 0
            : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
