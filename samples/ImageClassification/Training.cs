using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Microsoft.ML.Transforms;
using Spectre.Console;

namespace ImageClassification;

/// <summary>The whole way from a folder of images to a tested model.</summary>
internal sealed class Training(Arguments arguments, CancellationToken token)
{
    private readonly MLContext _ml = new(arguments.Seed);

    public void Run()
    {
        ImageSets images = ImageSets.Read(
            arguments.Data ?? Cifar10.Folder(), Recipe.Rows(arguments), arguments.TestRows, arguments.Validation);
        AnsiConsole.MarkupLineInterpolated($"{images.Train.Count} images to train with, {images.Validation.Count} for validation, {images.Test.Count} for the test");
        IDataView train = _ml.Data.LoadFromEnumerable(images.Train);

        // Labels become keys; image files become pixels, [3, size, size], from 0 to 255.
        var labels = _ml.Transforms.Conversion.MapValueToKey(nameof(ImageFile.Label),
            keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(train);
        var pixels = _ml.Transforms.LoadImages("Image", imageFolder: null, nameof(ImageFile.ImagePath))
            .Append(_ml.Transforms.ResizeImages("Image", arguments.ImageSize, arguments.ImageSize))
            .Append(_ml.Transforms.ExtractPixels("Features", "Image"))
            .Fit(train);
        IDataView Prepared(IEnumerable<ImageFile> rows) => pixels.Transform(labels.Transform(_ml.Data.LoadFromEnumerable(rows)));

        var network = Fit(Prepared(images.Train), images.Validation.Count == 0 ? null : Prepared(images.Validation));
        ITransformer model = pixels.Append(network).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(network.Transform(Prepared(images.Train))));

        MulticlassClassificationMetrics quality = _ml.MulticlassClassification.Evaluate(network.Transform(Prepared(images.Test)));
        Confusion.Show(quality.ConfusionMatrix, [.. images.Train.Select(image => image.Label).Distinct()]);
        string file = Path.Combine(arguments.Folder, "model.zip");
        _ml.Model.Save(model, train.Schema, file);
        AnsiConsole.MarkupLineInterpolated($"saved {file} ({new FileInfo(file).Length / 1024} KiB)");
        AnsiConsole.MarkupLineInterpolated($"[bold]test accuracy {100 * quality.MicroAccuracy:0.00} %[/] ({images.Test.Count} images)");
    }

    private SpikingPredictionTransformer Fit(IDataView train, IDataView? validation)
    {
        SpikingClifTrainer.Options options = Recipe.Options(arguments);
        options.CheckpointFolder = arguments.Folder;
        options.CheckpointEveryBatches = 50;
        options.CancellationToken = token;
        var history = new History(arguments.Folder);
        options.MetricsCallback = metrics =>
        {
            history.Add(EpochFigures.Of(metrics));
            LearningCurve.Draw(Path.Combine(arguments.Folder, "learning-curve.png"), Title(options), history.Epochs, metrics.Epochs);
            AnsiConsole.MarkupLineInterpolated($"epoch {metrics.Epoch} of {metrics.Epochs}: loss {metrics.Loss:0.000}, accuracy {100 * metrics.Accuracy:0.0} %, validation {100 * metrics.ValidationAccuracy:0.0} %, {metrics.RowsPerSecond:0} images/s");
        };
        _ml.Log += (_, log) =>
        {
            if (log.Source.StartsWith("SpikingClif", StringComparison.Ordinal) && log.Kind >= Microsoft.ML.Runtime.ChannelMessageKind.Info)
            {
                AnsiConsole.MarkupLineInterpolated($"[grey]{log.Source} {log.Message}[/]");
            }
        };
        return ProgressBars.Run(options, () => _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train, validation));
    }

    private static string Title(SpikingClifTrainer.Options options) => $"{options.Network.GetType().Name}, {options.Neuron.GetType().Name}, T = {options.TimeSteps}";
}
