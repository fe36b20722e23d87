using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Tables;

namespace Microsoft.ML.Spiking.Benchmarks.Tables;

/// <summary>SpikingClif beside three trainers of ML.NET on business tables, all with their defaults.</summary>
internal sealed class TablesComparison : IBenchmark
{
    public string Name => "tables";

    public string Description =>
        "trainers with their defaults on the tables of SPIKING_DATA/tables: accuracy (%) with its deviation over the " +
        "splits, means";

    public void Run(bool quick, TextWriter output)
    {
        string folder = Path.Combine(
            Environment.GetEnvironmentVariable("SPIKING_DATA") ?? Path.Combine("..", "shared", "data"), "tables");
        var measurements = new List<Measurement>();
        foreach (Measurement measurement in Comparison.Run(
            DataTable.Open(folder, only: []), Contender.All, splits: quick ? 1 : 5, CancellationToken.None))
        {
            measurements.Add(measurement);
            Console.WriteLine(Numbers.Text($"{measurement}"));
        }
        var summary = new Summary(measurements);
        foreach (string[] line in (string[][])[.. summary.Accuracies(), .. summary.Means()])
        {
            output.WriteLine(string.Join(" | ", line));
        }
        double ours = summary.MeanOfTables(Contender.Ours, split => split.Accuracy);
        double theirs = summary.MeanOfTables(Contender.LightGbm, split => split.Accuracy);
        output.WriteLine(new Goal("tables-points-above-lightgbm", 100 * (ours - theirs), 0.5, AtMost: false));
        double time = summary.MedianOfTables(Contender.Ours, split => split.TrainingSeconds)
            / summary.MedianOfTables(Contender.LightGbm, split => split.TrainingSeconds);
        output.WriteLine(new Goal("tables-training-time-of-lightgbms", time, 3, AtMost: true));
    }
}
