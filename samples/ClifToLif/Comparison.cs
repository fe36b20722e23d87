using Microsoft.ML;
using Microsoft.ML.Spiking;
using Quickstart;

namespace ClifToLif;

/// <summary>Networks of several seeds, converted with each kind of reset.</summary>
/// <param name="folder">The folder of MNIST.</param>
/// <param name="network">The network.</param>
/// <param name="rows">Training rows.</param>
/// <param name="epochs">Epochs of each training.</param>
internal sealed class Comparison(string folder, NetworkTemplate network, int rows, int epochs)
{
    private const int HeldOutRows = 2000;

    private readonly MLContext _ml = new(seed: 1);

    /// <summary>Trains, converts and prints a line for each seed, then their mean and standard deviation.</summary>
    /// <param name="seeds">Number of networks.</param>
    public void Run(int seeds)
    {
        IDataView all = Features(_ml.Data.LoadFromEnumerable(IdxDigits.Read(folder, "train").Take(rows + HeldOutRows)
            .Concat(IdxDigits.Read(folder, "t10k"))));
        IDataView train = _ml.Data.TakeRows(all, rows);
        IDataView heldOut = _ml.Data.TakeRows(_ml.Data.SkipRows(all, rows), HeldOutRows);
        IDataView test = _ml.Data.SkipRows(all, rows + HeldOutRows);
        Console.WriteLine("seed  CLIF %  LIF soft %  LIF hard to 0 %  LIF hard, swept %  swept to");
        double[][] results = new double[seeds][];
        for (int seed = 1; seed <= seeds; seed++)
        {
            results[seed - 1] = Convert(train, heldOut, test, seed);
            Print($"{seed}", results[seed - 1]);
        }
        Print("mean", [.. Enumerable.Range(0, 5).Select(i => results.Average(row => row[i]))]);
        Print("+-", [.. Enumerable.Range(0, 5).Select(i => Deviation([.. results.Select(row => row[i])]))]);
    }

    /// <summary>Returns the accuracies of the four networks on the test rows, and the reset of the last.</summary>
    private double[] Convert(IDataView train, IDataView heldOut, IDataView test, int seed)
    {
        SpikingPredictionTransformer model = _ml.MulticlassClassification.Trainers.SpikingClif(
            new SpikingClifTrainer.Options
            {
                Network = network,
                TimeSteps = 6,
                Epochs = epochs,
                Seed = seed,
                Device = ComputeDevice.Cpu,
            }).Fit(train);
        double swept = _ml.Model.ConvertClifToLif(model, heldOut).ResetPotential;
        // The potential was chosen on the rows held out: nothing is chosen on the test rows.
        LifConversion tested = _ml.Model.ConvertClifToLif(
            model, test, new LifConversionOptions { ResetPotentials = [swept] });
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

    private IDataView Features(IDataView data) =>
        _ml.Transforms.Conversion.ConvertType("Features", nameof(DigitImage.Pixels))
            .Append(_ml.Transforms.Conversion.MapValueToKey(nameof(DigitImage.Label)))
            .Fit(data).Transform(data);
}
