namespace Microsoft.ML.Spiking.Tool;

/// <summary>A sentence for the user, and the exit code that goes with it.</summary>
internal sealed class ToolException : Exception
{
    private ToolException(string sentence, int exitCode, Exception? inner = null) : base(sentence, inner) =>
        ExitCode = exitCode;

    /// <summary>Gets the exit code.</summary>
    public int ExitCode { get; }

    /// <summary>Returns what is thrown at a command line or input that cannot be used.</summary>
    public static ToolException Usage(string sentence, Exception? inner = null) =>
        new(sentence, ExitCodes.Usage, inner);

    /// <summary>Returns what is thrown where the work itself failed.</summary>
    public static ToolException Failure(string sentence, Exception? inner = null) =>
        new(sentence, ExitCodes.Failed, inner);
}

/// <summary>The exit codes of the process.</summary>
internal static class ExitCodes
{
    /// <summary>The command succeeded.</summary>
    public const int Done = 0;

    /// <summary>Training, scoring or writing failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the input cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl-C, as shells count it: 128 and the number of SIGINT.</summary>
    public const int Cancelled = 130;
}
