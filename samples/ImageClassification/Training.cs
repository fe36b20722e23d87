using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;
using Spectre.Console;

namespace ImageClassification;

/// <summary>The program: from a folder of images to a tested model.</summary>
internal sealed class Training(Arguments arguments, CancellationToken token)
{
    // The most work that is lost when the process is killed.
    private const double MinutesBetweenCheckpoints = 1;

    private readonly MLContext _ml = new(arguments.Seed);
    private readonly History _history = new(arguments.Folder);

    private string CurveFile => Path.Combine(arguments.Folder, "learning-curve.png");

    /// <summary>Trains, or resumes; tests, draws and saves.</summary>
    /// <exception cref="UsageException">The images or the folder cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The user stopped the program.</exception>
    public void Run()
    {
        ImageSets images = ImageSets.Read(
            arguments.Data ?? Cifar10.Folder(), Recipe.Rows(arguments), arguments.TestRows, arguments.Validation);
        AnsiConsole.WriteLine($"{images.Train.Count} images to train with, " +
            $"{images.Validation.Count} for validation, {images.Test.Count} for the test");
        SpikingClifTrainer.Options options = Recipe.Options(arguments);
        try
        {
            Run(images, options);
        }
        catch (Exception exception) when (
            UnreadableImage.IsMeant(exception) && UnreadableImage.Find(images) is string file)
        {
            throw new UsageException($"'{file}' cannot be read as an image: remove or replace it.");
        }
    }

    private void Run(ImageSets images, SpikingClifTrainer.Options options)
    {
        var pipeline = new ImagePipeline(_ml, images.Train, arguments.ImageSize);
        IDataView train = pipeline.Read(images.Train);
        IDataView? validation = images.Validation.Count == 0 ? null : pipeline.Read(images.Validation);
        SpikingPredictionTransformer network = Fit(options, train, validation);

        AnsiConsole.WriteLine("testing");
        IDataView tested = network.Transform(pipeline.Read(images.Test));
        MulticlassClassificationMetrics quality = _ml.MulticlassClassification.Evaluate(tested);
        Confusion.Show(quality.ConfusionMatrix, pipeline.Classes);
        string model = Path.Combine(arguments.Folder, "model.zip");
        _ml.Model.Save(pipeline.Model(network, train), pipeline.FileSchema, model);
        AnsiConsole.MarkupLineInterpolated($"saved {model} ({new FileInfo(model).Length / 1024} KiB)");
        DrawCurve($"{Title(options)}: test accuracy {Percent(quality.MicroAccuracy)}", options.Epochs!.Value);
        AnsiConsole.WriteLine(LearningCurve.CanDraw
            ? $"drew {CurveFile}"
            : "the learning curve was not drawn: this system has no fonts " +
                "(Debian and Ubuntu: apt-get install fonts-dejavu-core)");
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]test accuracy {Percent(quality.MicroAccuracy)}[/] ({images.Test.Count} images)");
    }

    private SpikingPredictionTransformer Fit(SpikingClifTrainer.Options options, IDataView train, IDataView? validation)
    {
        options.CheckpointFolder = arguments.Folder;
        options.CheckpointEveryMinutes = MinutesBetweenCheckpoints;
        options.CancellationToken = token;
        options.MetricsCallback = metrics => Show(metrics, options);
        _ml.Log += (_, log) => Show(log);
        return ProgressBars.Run(options,
            () => _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train, validation));
    }

    /// <summary>Shows an epoch that has ended.</summary>
    private void Show(EpochMetrics metrics, SpikingClifTrainer.Options options)
    {
        string validation = metrics.ValidationAccuracy is double accuracy ? $", validation {Percent(accuracy)}" : "";
        AnsiConsole.WriteLine($"epoch {metrics.Epoch} of {metrics.Epochs}: loss {metrics.Loss:0.000}, " +
            $"accuracy {Percent(metrics.Accuracy)}{validation}, {metrics.RowsPerSecond:0} images/s");
        _history.Add(EpochFigures.Of(metrics));
        DrawCurve(Title(options), metrics.Epochs);
    }

    /// <summary>Shows the trainer's other log lines: the device, where it resumes, warnings.</summary>
    private static void Show(LoggingEventArgs log)
    {
        if (log.Source.StartsWith(nameof(SpikingCatalog.SpikingClif), StringComparison.Ordinal)
            && log.Kind is ChannelMessageKind.Info or ChannelMessageKind.Warning
            && !log.RawMessage.StartsWith("Epoch ", StringComparison.Ordinal))
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]{log.RawMessage}[/]");
        }
    }

    private void DrawCurve(string title, int epochs)
    {
        if (LearningCurve.CanDraw && _history.Epochs.Count > 0)
        {
            LearningCurve.Draw(CurveFile, title, _history.Epochs, epochs);
        }
    }

    private static string Title(SpikingClifTrainer.Options options) =>
        $"{Recipe.Networks.First(named => named.Value == options.Network).Key}, {options.Neuron.GetType().Name}, " +
        $"T = {options.TimeSteps}";

    private static string Percent(double part) => $"{100 * part:0.0} %";
}
