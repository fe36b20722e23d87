using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>A command with examples for its help.</summary>
internal abstract class ToolCommand : System.CommandLine.Command
{
    protected ToolCommand(string name, string description) : base(name, description) { }

    /// <summary>Gets complete command lines.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    /// <summary>Runs the command; returns the exit code.</summary>
    public abstract int Run(ParseResult parsed, Session session);

    /// <summary>Returns a check that a whole number lies in a range.</summary>
    protected static Option<int> Number(string name, string description, int standard, int least, int most)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            DefaultValueFactory = _ => standard,
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            if (result.Errors.Any())
            {
                return;
            }
            int value = result.GetValueOrDefault<int>();
            if (value < least || value > most)
            {
                result.AddError(FormattableString.Invariant($"{name} is {value}; it must be from {least} to {most}."));
            }
        });
        return option;
    }

    /// <summary>Returns the option of the seed.</summary>
    protected static Option<int> Seed() => Number("--seed",
        "The seed of the split into training and validation rows, and of the training.", 1, 0, int.MaxValue);
}

/// <summary>The help of a command, then its examples and the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        int code = inner.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        IEnumerable<string> examples = parseResult.CommandResult.Command is ToolCommand command
            ? command.Examples
            : parseResult.CommandResult.Command.Subcommands.OfType<ToolCommand>().Select(found => found.Examples[0]);
        output.WriteLine("Examples:");
        foreach (string example in examples)
        {
            output.WriteLine($"  {example}");
        }
        output.WriteLine();
        output.WriteLine("Exit codes:");
        output.WriteLine("  0 done, 1 failed, 2 wrong command line or input, 130 cancelled (Ctrl-C)");
        return code;
    }
}
