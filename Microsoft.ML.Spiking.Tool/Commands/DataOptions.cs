using System.CommandLine;
using System.Globalization;
using Microsoft.ML.Spiking.Tool.Data;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>The options that say how data is read.</summary>
internal sealed class DataOptions
{
    private const int LargestImage = 4096;

    private readonly Option<string?> _label = new("--label")
    {
        Description = "CSV: the label's column. Default: that of the model; Label in training.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _separator = new("--separator")
    {
        Description = "CSV: what separates fields: comma, semicolon, tab, pipe or the character. Default: detected.",
        HelpName = "NAME",
    };

    private readonly Option<bool?> _header = new("--header")
    {
        Description = "CSV: whether the first line has names. Default: detected (it has no numbers).",
        HelpName = "true|false",
    };

    private readonly Option<string[]> _ignored = new("--ignore")
    {
        Description = "CSV: columns that are left out.",
        HelpName = "NAME ...",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _categories = new("--categories")
    {
        Description = "CSV: columns of numbers that are names of categories, such as postal codes.",
        HelpName = "NAME ...",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _labels = new("--labels")
    {
        Description = "IDX: the file of labels. Default: the one whose name has labels-idx1 for images-idx3.",
        HelpName = "FILE",
    };

    private readonly Option<int> _imageSize = Number("--image-size",
        "Images: height and width to which they are cropped and resized.", 32, LargestImage);

    private readonly Option<int> _frames =
        Number("--frames", "Events: frames of a recording, which are the time steps.", 10, 1000);

    private readonly Option<long?> _duration = new("--frame-duration")
    {
        Description = "Events: microseconds of a frame, from time 0 on. Default: equally many events in each.",
        HelpName = "N",
    };

    private readonly Option<string?> _sensor = new("--sensor")
    {
        Description = "Events: the camera's image, such as 34x34. Default: what the files say.",
        HelpName = "WIDTHxHEIGHT",
    };

    private readonly bool _isTraining;

    /// <summary>Makes the options.</summary>
    /// <param name="command">The command that gets them.</param>
    /// <param name="isTraining">Whether options count that a trained model has decided.</param>
    public DataOptions(System.CommandLine.Command command, bool isTraining)
    {
        _isTraining = isTraining;
        foreach (Option option in (Option[])[_label, _separator, _header, _ignored])
        {
            command.Add(option);
        }
        foreach (Option option in isTraining ? (Option[])[_categories, _labels, _imageSize, _frames, _duration, _sensor]
            : [_labels])
        {
            command.Add(option);
        }
    }

    /// <summary>Returns what the command line says.</summary>
    /// <exception cref="ToolException">A value is none.</exception>
    public DataArguments Read(ParseResult parsed, string path)
    {
        var arguments = new DataArguments
        {
            DataPath = path,
            Label = parsed.GetValue(_label),
            Separator = Separator(parsed.GetValue(_separator)),
            HasHeader = parsed.GetValue(_header),
            Ignored = parsed.GetValue(_ignored) ?? [],
            LabelsFile = parsed.GetValue(_labels),
        };
        return !_isTraining ? arguments : arguments with
        {
            Categories = parsed.GetValue(_categories) ?? [],
            ImageSize = parsed.GetValue(_imageSize),
            Frames = parsed.GetValue(_frames),
            FrameDuration = parsed.GetValue(_duration) is long duration and <= 0
                ? throw ToolException.Usage(FormattableString.Invariant(
                    $"--frame-duration is {duration}; it must be at least 1 microsecond."))
                : parsed.GetValue(_duration),
            Sensor = Sensor(parsed.GetValue(_sensor)),
        };
    }

    /// <summary>Returns the files that are read for data.</summary>
    public IEnumerable<NamedPath> Inputs(ParseResult parsed, string? path) =>
    [
        new("the data", path),
        new("the labels", parsed.GetValue(_labels) ?? (path is null ? null : IdxSource.LabelsBeside(path))),
    ];

    private static char? Separator(string? name) => name switch
    {
        null => null,
        "comma" => ',',
        "semicolon" => ';',
        "tab" or "\\t" => '\t',
        "pipe" => '|',
        [char character] => character,
        _ => throw ToolException.Usage(
            $"--separator is '{name}'; write comma, semicolon, tab, pipe or one character."),
    };

    private static (int Width, int Height)? Sensor(string? text)
    {
        if (text is null)
        {
            return null;
        }
        string[] parts = text.Split('x');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width > 0
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int height) && height > 0
            ? (width, height)
            : throw ToolException.Usage($"--sensor is '{text}'; write WIDTHxHEIGHT in pixels, such as 34x34.");
    }

    private static Option<int> Number(string name, string description, int standard, int most)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            DefaultValueFactory = _ => standard,
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is int value && (value < 1 || value > most))
            {
                result.AddError(FormattableString.Invariant($"{name} is {value}; it must be from 1 to {most}."));
            }
        });
        return option;
    }
}
