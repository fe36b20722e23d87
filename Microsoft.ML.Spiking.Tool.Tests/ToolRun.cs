using System.Text.Json.Nodes;

namespace Microsoft.ML.Spiking.Tool.Tests;

/// <summary>A command line that was run in this process.</summary>
/// <param name="ExitCode">What the process would return.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Gets the output as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Output)!;

    /// <summary>Runs a command line.</summary>
    public static ToolRun Of(params string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        return Stopped(stop, new StringWriter(), arguments);
    }

    /// <summary>Runs a command line that must succeed.</summary>
    public static ToolRun Done(params string[] arguments)
    {
        ToolRun run = Of(arguments);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        return run;
    }

    /// <summary>Runs a command line that can be stopped.</summary>
    public static ToolRun Stopped(CancellationTokenSource stop, StringWriter errors, params string[] arguments)
    {
        using var output = new StringWriter();
        int exitCode = Application.Run(arguments, new Session(output, errors, stop.Token));
        return new(exitCode, output.ToString(), errors.ToString());
    }
}
