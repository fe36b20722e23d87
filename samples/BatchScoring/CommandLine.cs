using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace BatchScoring;

/// <summary>The options of the command line, and a message for each mistake.</summary>
internal sealed class CommandLine
{
    private readonly Option<string> _model = Path(
        "--model", "the trained model, a zip that mlContext.Model.Save has written", "model.zip");

    private readonly Option<string> _input = Path(
        "--input", "the rows: Parquet if the name ends with .parquet, else CSV (RFC 4180, UTF-8)");

    private readonly Option<string> _output = Path(
        "--output", "the predictions, in the order of the rows: Parquet or CSV, by the name", "predictions.csv");

    private readonly Option<Partition?> _partition = new("--partition")
    {
        Description = "scores one part of the rows, such as 3/16, into a file of its own: predictions-03-of-16.csv; " +
            "a partition that is complete is left alone",
        HelpName = "NUMBER/COUNT",
        CustomParser = result => BatchScoring.Partition.Parse(Text(result), out Partition partition) is string wanted
            ? Wrong<Partition?>(result, "--partition", wanted)
            : partition,
    };

    private readonly Option<FieldRange?> _features = new("--features")
    {
        Description = "the fields of a line of CSV that are features, counted from 1, such as 2-785; by default all",
        HelpName = "FIRST-LAST",
        CustomParser = result => FieldRange.TryParse(Text(result), out FieldRange range)
            ? range
            : Wrong<FieldRange?>(result, "--features", "two fields counted from 1, the first one first, such as 2-785"),
    };

    private readonly Option<string?> _columns = new("--columns")
    {
        Description = "the columns of Parquet that are features, in their order, such as age,income or p0..p783; by " +
            "default the column of lists that has the name of the model's features",
        HelpName = "NAMES",
    };

    private readonly Option<bool> _header = new("--header") { Description = "the first line of CSV holds names" };

    private readonly Option<char?> _separator = new("--separator")
    {
        Description = "the separator of fields of CSV: one character, or the word tab; by default a comma",
        HelpName = "CHARACTER",
        CustomParser = result => Text(result) switch
        {
            "tab" => '\t',
            [char one and ((>= ' ' and <= '~') or '\t')]
                when !char.IsLetterOrDigit(one) && !"\"+-.#".Contains(one) => one,
            _ => Wrong<char?>(result, "--separator",
                "one character that does not occur in a number, not # or a quotation mark, or tab"),
        },
    };

    private readonly Option<int> _block = new("--block")
    {
        Description = "rows that are scored and written together; a kill loses at most such a block of CSV",
        HelpName = "ROWS",
        DefaultValueFactory = _ => 10_000,
        CustomParser = result =>
            int.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out int rows)
                && rows is >= 1 and <= 1_000_000
                ? rows
                : Wrong<int>(result, "--block", "a whole number from 1 to 1000000"),
    };

    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "replaces an output that exists, or that was begun with another model, input or options",
    };

    private readonly Option<bool> _allowMissing = new("--allow-missing")
    {
        Description = "a value that is missing or not a number leaves its row empty instead of ending the run",
    };

    /// <summary>Returns the command, which calls <paramref name="run"/> and returns its exit code.</summary>
    public RootCommand Command(Func<Arguments, int> run)
    {
        var command = new RootCommand(
            "Scores a CSV or Parquet file of any size with a saved model, or one partition of it. Killed at any " +
            "moment, the same command resumes.")
        {
            _model, _input, _output, _partition, _features, _header, _separator, _columns, _block, _allowMissing,
            _overwrite,
        };
        command.SetAction(parsed => run(Read(parsed)));
        return command;
    }

    private Arguments Read(ParseResult parsed) => new()
    {
        Model = parsed.GetRequiredValue(_model),
        Input = parsed.GetRequiredValue(_input),
        Output = parsed.GetRequiredValue(_output),
        Partition = parsed.GetValue(_partition),
        Features = parsed.GetValue(_features),
        Columns = parsed.GetValue(_columns),
        Header = parsed.GetValue(_header),
        Separator = parsed.GetValue(_separator),
        BlockRows = parsed.GetValue(_block),
        AllowMissing = parsed.GetValue(_allowMissing),
        Overwrite = parsed.GetValue(_overwrite),
    };

    private static Option<string> Path(string name, string description, string? ifNotGiven = null)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = "FILE",
            Required = ifNotGiven is null,
            CustomParser = result => Text(result) is { Length: > 0 } path && !string.IsNullOrWhiteSpace(path)
                ? path
                : Wrong<string>(result, name, "the name of a file"),
        };
        if (ifNotGiven is not null)
        {
            option.DefaultValueFactory = _ => ifNotGiven;
        }
        return option;
    }

    private static string Text(ArgumentResult result) => result.Tokens[^1].Value;

    private static T? Wrong<T>(ArgumentResult result, string name, string wanted)
    {
        result.AddError($"{name} is '{Text(result)}'; it must be {wanted}.");
        return default;
    }
}
