using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ImageClassification;

/// <summary>The options of the command line, and a message for each mistake.</summary>
internal sealed class CommandLine
{
    private readonly Option<string> _data = Text("--data",
        "folder of train/<class>/ and test/<class>/, or of class folders, of which every fifth image is kept for the " +
        "test; " +
        "without it CIFAR-10, from cifar10-jpeg.tar.xz in the folder that SPIKING_DATA names or in ../shared/data");

    private readonly Option<string> _folder = Text("--checkpoint",
        "folder of the checkpoint, model.zip, learning-curve.png and history.csv; an unfinished training resumes",
        "image-classification");

    private readonly Option<string> _recipe = Choice("--recipe",
        "settings for everything that is not given here; small takes minutes on two cores, the others are those of " +
        "the CLIF paper",
        Recipe.Named.Keys, "small");

    private readonly Option<int?> _rows = Count("--rows",
        "images of each class to train with, validation included; 1000 with the small recipe, else all");

    private readonly Option<int?> _testRows = Count("--test-rows", "images of each class to test with; else all");

    private readonly Option<double?> _validation = Number("--validation",
        "part of the training images that is held out to choose the best epoch; 0 keeps the last epoch",
        "from 0 to 0.9", value => value is >= 0 and <= 0.9, 0.1);

    private readonly Option<int?> _imageSize = Count("--image-size",
        "height and width to which images are cropped and resized", least: 4, ifNotGiven: 32);

    private readonly Option<string> _network = Choice("--network", "the network", Recipe.Networks.Keys);

    private readonly Option<string> _neuron = Choice("--neuron", "the neuron", Recipe.Neurons.Keys);

    private readonly Option<int?> _timeSteps = Count("--time-steps", "time steps");

    private readonly Option<int?> _epochs = Count("--epochs", "passes over the images to train with");

    private readonly Option<int?> _batchSize = Count("--batch-size", "images in a step of the optimizer");

    private readonly Option<double?> _learningRate = Number("--learning-rate", "the highest learning rate",
        "greater than 0, at most 100", value => value is > 0 and <= 100);

    private readonly Option<string> _device = Choice(
        "--device", "where the network is trained", Recipe.Devices.Keys, "auto");

    private readonly Option<string> _precision = Choice(
        "--precision", "the precision of products in training", Recipe.Precisions.Keys, "float32");

    private readonly Option<int?> _threads = Count("--threads", "threads of the training; by default all");

    private readonly Option<int?> _seed = Count(
        "--seed", "the seed of weights, order and augmentation", least: 0, ifNotGiven: 1);

    private delegate bool TryRead<T>(string text, out T value);

    /// <summary>Returns the command, which calls <paramref name="run"/> and returns its exit code.</summary>
    public RootCommand Command(Func<Arguments, int> run)
    {
        var command = new RootCommand(
            "Trains a spiking network on images, draws its learning curve, shows the classes it confuses, " +
            "and resumes where it was stopped.")
        {
            _data, _folder, _recipe, _rows, _testRows, _validation, _imageSize, _network, _neuron, _timeSteps, _epochs,
            _batchSize, _learningRate, _device, _precision, _threads, _seed,
        };
        command.SetAction(parsed => run(Read(parsed)));
        return command;
    }

    private Arguments Read(ParseResult parsed) => new()
    {
        Data = parsed.GetValue(_data),
        Folder = parsed.GetRequiredValue(_folder),
        Recipe = parsed.GetRequiredValue(_recipe),
        Rows = parsed.GetValue(_rows),
        TestRows = parsed.GetValue(_testRows),
        Validation = parsed.GetValue(_validation)!.Value,
        ImageSize = parsed.GetValue(_imageSize)!.Value,
        Network = parsed.GetValue(_network),
        Neuron = parsed.GetValue(_neuron),
        TimeSteps = parsed.GetValue(_timeSteps),
        Epochs = parsed.GetValue(_epochs),
        BatchSize = parsed.GetValue(_batchSize),
        LearningRate = parsed.GetValue(_learningRate),
        Device = parsed.GetRequiredValue(_device),
        Precision = parsed.GetRequiredValue(_precision),
        Threads = parsed.GetValue(_threads),
        Seed = parsed.GetValue(_seed)!.Value,
    };

    private static Option<string> Text(string name, string description, string? ifNotGiven = null) =>
        Option(name, "FOLDER", description, "the name of a folder", ifNotGiven, (string text, out string value) =>
        {
            value = text;
            return !string.IsNullOrWhiteSpace(text);
        });

    private static Option<string> Choice(
        string name, string description, IEnumerable<string> values, string? ifNotGiven = null)
    {
        string all = string.Join(", ", values);
        bool TryRead(string text, out string value)
        {
            value = text;
            return values.Contains(text);
        }

        return Option<string>(name, "NAME", $"{description}: {all}", $"one of {all}", ifNotGiven, TryRead);
    }

    private static Option<int?> Count(string name, string description, int least = 1, int? ifNotGiven = null) =>
        Option(name, "N", description, $"a whole number, {least} or more", ifNotGiven, (string text, out int? value) =>
        {
            bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
            value = number;
            return isNumber && number >= least;
        });

    private static Option<double?> Number(
        string name, string description, string range, Func<double, bool> isInRange, double? ifNotGiven = null) =>
        Option(name, "X", description, $"a number {range}", ifNotGiven, (string text, out double? value) =>
        {
            bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
            value = number;
            return isNumber && isInRange(number);
        });

    private static Option<T> Option<T>(
        string name, string valueName, string description, string wanted, T? ifNotGiven, TryRead<T> tryRead)
    {
        var option = new Option<T>(name)
        {
            Description = description,
            HelpName = valueName,
            CustomParser = result => Parse(name, wanted, result, tryRead),
        };
        if (ifNotGiven is not null)
        {
            option.DefaultValueFactory = _ => ifNotGiven;
        }
        return option;
    }

    private static T Parse<T>(string name, string wanted, ArgumentResult result, TryRead<T> tryRead)
    {
        string text = result.Tokens[^1].Value;
        if (!tryRead(text, out T value))
        {
            result.AddError($"{name} is '{text}'; it must be {wanted}.");
        }
        return value;
    }
}
