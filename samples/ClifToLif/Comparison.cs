using Microsoft.ML;
using Microsoft.ML.Spiking;
using Quickstart;

namespace ClifToLif;

/// <summary>Networks of several seeds, converted with each kind of reset.</summary>
internal static class Comparison
{
    private const int HeldOutRows = 2000;

    /// <summary>Trains, converts and prints a line for each seed.</summary>
    /// <param name="folder">The folder of MNIST.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="epochs">Epochs of each training.</param>
    /// <param name="seeds">Number of networks.</param>
    public static void Run(string folder, int rows, int epochs, int seeds)
    {
        var ml = new MLContext(seed: 1);
        IDataView all = Features(ml, ml.Data.LoadFromEnumerable(IdxDigits.Read(folder, "train").Take(rows + HeldOutRows)
            .Concat(IdxDigits.Read(folder, "t10k"))));
        IDataView train = ml.Data.TakeRows(all, rows);
        IDataView heldOut = ml.Data.TakeRows(ml.Data.SkipRows(all, rows), HeldOutRows);
        IDataView test = ml.Data.SkipRows(all, rows + HeldOutRows);
        Console.WriteLine("seed  CLIF %  LIF soft %  LIF hard to 0 %  LIF hard, swept %  swept to");
        for (int seed = 1; seed <= seeds; seed++)
        {
            SpikingPredictionTransformer model = ml.MulticlassClassification.Trainers.SpikingClif(
                new SpikingClifTrainer.Options
                {
                    Network = new Mlp(256, 256),
                    TimeSteps = 6,
                    Epochs = epochs,
                    Seed = seed,
                    Device = ComputeDevice.Cpu,
                }).Fit(train);
            LifConversion swept = ml.Model.ConvertClifToLif(model, heldOut);
            // One potential for all seeds: nothing is chosen on the test rows.
            LifConversion tested = ml.Model.ConvertClifToLif(
                model, test, new LifConversionOptions { ResetPotentials = [swept.ResetPotential] });
            double atSwept = tested.Trials.Single(trial => trial.ResetPotential == swept.ResetPotential).Accuracy;
            Console.WriteLine($"{seed,4}  {100 * tested.ClifAccuracy,6:0.00}  " +
                $"{100 * tested.SoftResetAccuracy,10:0.00}  " +
                $"{100 * tested.HardResetToZeroAccuracy,15:0.00}  {100 * atSwept,17:0.00}  " +
                $"{swept.ResetPotential,8:0.00}");
        }
    }

    private static IDataView Features(MLContext ml, IDataView data) =>
        ml.Transforms.Conversion.ConvertType("Features", nameof(DigitImage.Pixels))
            .Append(ml.Transforms.Conversion.MapValueToKey(nameof(DigitImage.Label)))
            .Fit(data).Transform(data);
}
