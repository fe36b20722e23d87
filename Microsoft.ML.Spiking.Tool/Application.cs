using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Sweeps;
using Microsoft.ML.Spiking.Tool.Commands;
using Microsoft.ML.Spiking.Tool.Settings;

namespace Microsoft.ML.Spiking.Tool;

/// <summary>The commands, and what becomes of their errors: a sentence and an exit code.</summary>
internal static partial class Application
{
    private static readonly string[] Properties =
        [.. typeof(SpikingClifTrainer.Options).GetProperties().Concat(typeof(SweepSettings).GetProperties())
            .Select(property => property.Name).Distinct().OrderByDescending(name => name.Length)];

    /// <summary>Runs a command line; returns the exit code.</summary>
    public static int Run(string[] arguments, Session session)
    {
        RootCommand root = Root(session);
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples)
        {
            session.Error.WriteLine(Fault(parsed));
            session.Error.WriteLine($"'{NameOf(parsed.CommandResult)} --help' lists what there is.");
            return ExitCodes.Usage;
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = session.Output,
                Error = session.Error,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (ToolException exception)
        {
            return Refuse(session, exception.Message, exception.ExitCode);
        }
        catch (OperationCanceledException)
        {
            return Refuse(session, "Cancelled; nothing was written.", ExitCodes.Cancelled);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return Refuse(session, Sentence(exception), ExitCodes.Usage);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Refuse(session, Sentence(exception.InnerException is null || exception is InvalidOperationException
                or NotSupportedException or SweepStorageException or IOException
                ? exception : exception.GetBaseException()), ExitCodes.Failed);
        }
    }

    private static RootCommand Root(Session session)
    {
        var json = new Option<bool>("--json") { Description = "Results as JSON, for scripts.", Recursive = true };
        var quiet = new Option<bool>("--quiet") { Description = "No progress, warnings only.", Recursive = true };
        var root = new RootCommand(
            "Trains, evaluates and uses spiking neural networks on CSV files, images in class folders, IDX files and " +
            "recordings of event cameras. Models are ML.NET zips.")
        {
            json, quiet,
        };
        void Begin(ParseResult parsed) =>
            (session.IsJson, session.IsQuiet) = (parsed.GetValue(json), parsed.GetValue(quiet));
        foreach (ToolCommand command in (ToolCommand[])
            [new TrainCommand(), new EvaluateCommand(), new PredictCommand(), new InspectCommand(),
                new ConvertCommand(), new SweepCommand()])
        {
            command.SetAction(parsed =>
            {
                Begin(parsed);
                return command.Run(parsed, session);
            });
            root.Add(command);
        }
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static int Refuse(Session session, string sentence, int exitCode)
    {
        session.Error.WriteLine(sentence);
        return exitCode;
    }

    /// <summary>Returns an exception's message with options as the command line names them.</summary>
    private static string Sentence(Exception exception)
    {
        string message = Parameter().Replace(exception.Message, "");
        message = message.Replace($"The options of {nameof(SpikingCatalog.SpikingClif)} have ", "The options have ",
            StringComparison.Ordinal);
        return OptionNames.In(message, Properties).ReplaceLineEndings(" ");
    }

    private static string Fault(ParseResult parsed)
    {
        string? unknown = parsed.UnmatchedTokens.FirstOrDefault(token => token.StartsWith('-'));
        if (unknown is not null)
        {
            string[] names = [.. Options(parsed.CommandResult).Select(option => option.Name)];
            return $"There is no option '{unknown}'; {Nearest.Hint(unknown, names)}.";
        }
        string? word = parsed.UnmatchedTokens is [string first, ..] ? first : null;
        if (word is not null && parsed.CommandResult.Command is RootCommand root)
        {
            return $"There is no command '{word}'; " +
                $"{Nearest.Hint(word, [.. root.Subcommands.Select(command => command.Name)])}.";
        }
        return word is not null
            ? $"'{word}' is one argument too many; quote values with spaces."
            : parsed.Errors[0].Message;
    }

    private static IEnumerable<Option> Options(CommandResult? command)
    {
        for (SymbolResult? result = command; result is not null; result = result.Parent)
        {
            foreach (Option option in result is CommandResult { Command: { } found } ? found.Options : [])
            {
                yield return option;
            }
        }
    }

    private static string NameOf(CommandResult command) =>
        command.Command is RootCommand ? "spiking" : $"spiking {command.Command.Name}";

    [GeneratedRegex(@"\s*\(Parameter '[^']*'\)")]
    private static partial Regex Parameter();
}
