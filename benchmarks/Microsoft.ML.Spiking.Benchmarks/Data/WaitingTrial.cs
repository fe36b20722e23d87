using System.Diagnostics;

namespace Microsoft.ML.Spiking.Benchmarks.Data;

/// <summary>A training, and the share of its time that it waited for rows.</summary>
/// <param name="Epochs">The metrics of each epoch.</param>
/// <param name="Seconds">From the call of Fit to its end.</param>
/// <param name="Rows">The number of rows in an epoch.</param>
internal sealed record WaitingTrial(IReadOnlyList<EpochMetrics> Epochs, double Seconds, int Rows)
{
    public static WaitingTrial Of(IDataView data, int rows, SpikingClifTrainer.Options options)
    {
        var epochs = new List<EpochMetrics>();
        options.MetricsCallback = epochs.Add;
        long started = Stopwatch.GetTimestamp();
        new MLContext(1).MulticlassClassification.Trainers.SpikingClif(options).Fit(data);
        return new(epochs, Stopwatch.GetElapsedTime(started).TotalSeconds, rows);
    }

    /// <summary>Gets the seconds before the first epoch: the first pass over the rows, and setting up.</summary>
    public double SecondsBefore => Seconds - Epochs.Sum(epoch => Rows / epoch.RowsPerSecond);
}
