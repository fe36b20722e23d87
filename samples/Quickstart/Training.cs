using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Spectre.Console;

namespace Quickstart;

/// <summary>The first process: train, test, save.</summary>
internal static class Training
{
    private const string ModelPath = "model.zip";

    public static int Run(DigitSource source)
    {
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadFromEnumerable(source.Train), test = ml.Data.LoadFromEnumerable(source.Test);
        AnsiConsole.MarkupLineInterpolated(
            $"Training a CLIF network on [bold]{source.Name}[/]: {source.Train.Count} images, {source.Epochs} epochs");

        var options = new SpikingClifTrainer.Options { Epochs = source.Epochs };
        EpochMetrics? last = null;
        ITransformer model = WithProgress(options, metrics => last = metrics, () =>
            ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality:
                    Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
                .Append(ml.Transforms.Conversion.ConvertType("Features", "Pixels", DataKind.Single))
                .Append(ml.MulticlassClassification.Trainers.SpikingClif(options))
                .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
                .Fit(train));

        MulticlassClassificationMetrics quality = ml.MulticlassClassification.Evaluate(model.Transform(test));
        Report.Show(quality, source.Test.Count, last!);

        ml.Model.Save(model, train.Schema, ModelPath);
        AnsiConsole.MarkupLineInterpolated($"saved [bold]{ModelPath}[/] ({new FileInfo(ModelPath).Length / 1024} KiB)");
        PredictInAnotherProcess(source);
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLine("Next: the pipeline is in [bold]samples/Quickstart/Training.cs[/]; " +
            "replace the digits with your own data view.");
        AnsiConsole.MarkupLine("      [bold]./build.sh quickstart -- --data FOLDER[/] trains on MNIST " +
            "(the four *-ubyte.gz files in FOLDER).");
        return 0;
    }

    private static ITransformer WithProgress(
        SpikingClifTrainer.Options options, Action<EpochMetrics> heard, Func<ITransformer> fit) =>
        AnsiConsole.Progress().HideCompleted(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new ElapsedTimeColumn())
            .Start(context =>
            {
                ProgressTask bar = context.AddTask("reading the rows", maxValue: 1);
                options.ProgressCallback = progress =>
                {
                    bar.MaxValue = progress.Epochs;
                    bar.Value = progress.Epoch - 1 + ((double)progress.Rows / progress.TotalRows);
                };
                options.MetricsCallback = metrics =>
                {
                    heard(metrics);
                    bar.Description = string.Create(CultureInfo.InvariantCulture,
                        $"epoch {metrics.Epoch}/{metrics.Epochs}: loss {metrics.Loss:0.000}, " +
                        $"accuracy {100 * metrics.Accuracy:0.0} %, {metrics.RowsPerSecond:0} rows/s");
                };
                return fit();
            });

    private static void PredictInAnotherProcess(DigitSource source)
    {
        string images = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(images, [.. source.Test.Skip(7).Take(3).SelectMany(row => row.Pixels)]);
            AnsiConsole.MarkupLine("a second process loads it and predicts:");
            string program = Environment.ProcessPath!, assembly = typeof(Training).Assembly.Location;
            // Started by "dotnet Quickstart.dll" the process is dotnet.
            string[] own = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [assembly] : [];
            using Process process = Process.Start(program, [.. own, "predict", ModelPath, images])
                ?? throw new InvalidOperationException("The second process could not be started.");
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"The second process ended with exit code {process.ExitCode}.");
            }
        }
        finally
        {
            File.Delete(images);
        }
    }
}
