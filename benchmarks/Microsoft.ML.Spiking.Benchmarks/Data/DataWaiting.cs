using System.Diagnostics;
using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Data;

/// <summary>
/// The time a training waits for its rows: from memory, from image files that are decoded once, and from image files
/// that do not fit into memory and are decoded again in every epoch.
/// </summary>
internal sealed class DataWaiting : IBenchmark
{
    private const double Target = 0.05;
    private const int Epochs = 3;
    private const long BytesOfImage = 3 * ImageFolder.Side * ImageFolder.Side * sizeof(float);

    public string Name => "data-waiting";

    public string Description => "the share of an epoch that training spends waiting for rows, in each of three epochs";

    public void Run(bool quick, TextWriter output)
    {
        int digits = quick ? 12_000 : 60_000, pictures = quick ? 2_000 : 10_000;
        var ml = new MLContext(1);
        Report(output, "mlp-memory", "MLP 784-512-512-10, T = 6, batch 128, rows in memory", WaitingTrial.Of(
            ml.Data.LoadFromEnumerable(PixelRow.Draw(digits)), digits, Options(new Mlp(512, 512), timeSteps: 6)));

        using var folder = new ImageFolder(pictures);
        IDataView images = Pixels(ml, folder);
        Report(output, "conv-images", "ConvNet 32-64, T = 4, batch 128, 32x32 JPEG files kept in memory",
            WaitingTrial.Of(images, pictures, Options(new ConvNet(32, 64), timeSteps: 4)));

        SpikingClifTrainer.Options little = Options(new ConvNet(32, 64), timeSteps: 4);
        little.MemoryBudget = pictures / 4 * BytesOfImage;
        Report(output, "conv-images-streamed", "the same with memory for a quarter of them",
            WaitingTrial.Of(images, pictures, little));
    }

    private static SpikingClifTrainer.Options Options(NetworkTemplate network, int timeSteps) => new()
    {
        Network = network,
        TimeSteps = timeSteps,
        Epochs = Epochs,
        BatchSize = 128,
        Device = Spiking.ComputeDevice.Cpu,
    };

    private static IDataView Pixels(MLContext ml, ImageFolder folder)
    {
        IDataView files = ml.Data.LoadFromEnumerable(folder.Rows);
        return ml.Transforms.LoadImages("Image", imageFolder: null, nameof(ImageRow.ImagePath))
            .Append(ml.Transforms.ResizeImages("Image", ImageFolder.Side, ImageFolder.Side))
            .Append(ml.Transforms.ExtractPixels("Features", "Image"))
            .Fit(files).Transform(files);
    }

    /// <summary>The goal is compared with the worst epoch.</summary>
    private static void Report(TextWriter output, string name, string what, WaitingTrial trial)
    {
        double speed = PairedRatio.MedianOf(trial.Epochs.Select(epoch => epoch.RowsPerSecond));
        string[] shares = [.. trial.Epochs.Select(epoch => Numbers.Text($"{100 * epoch.WaitingShare:0.00} %"))];
        output.WriteLine(Numbers.Text($"{what}: {trial.Rows} rows, {speed:0} rows per second in training"));
        output.WriteLine(Numbers.Text(
            $"  before the first epoch (reading all rows once, setting up) {trial.SecondsBefore:0.00} s, ") +
            Numbers.Text($"an epoch {trial.Rows / speed:0.00} s"));
        output.WriteLine($"  waiting, epoch by epoch: {string.Join(", ", shares)}");
        output.WriteLine(new Goal(
            $"data-waiting-{name}", trial.Epochs.Max(epoch => epoch.WaitingShare), Target, AtMost: true));
    }
}

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
