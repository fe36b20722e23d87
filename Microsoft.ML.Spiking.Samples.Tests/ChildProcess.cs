using System.Collections.Concurrent;
using System.Diagnostics;

namespace Microsoft.ML.Spiking.Samples.Tests;

/// <summary>A process that a test starts and reads; it does not outlive the test.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];

    private ChildProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Gets the process identifier.</summary>
    public int Id => _process.Id;

    /// <summary>Gets everything written to standard output.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Gets everything written to standard error, without empty lines.</summary>
    public string Errors => string.Join('\n', _errors.Where(line => line.Length > 0));

    /// <summary>Starts dotnet.</summary>
    /// <param name="folder">The current folder; dotnet takes global.json from there.</param>
    /// <param name="environment">Variables in addition to those of this process.</param>
    /// <param name="arguments">The arguments of dotnet.</param>
    public static ChildProcess Start(
        string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartProgram("dotnet", folder, environment, arguments);

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="folder">The current folder.</param>
    /// <param name="environment">Variables in addition to those of this process.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ChildProcess StartProgram(string program, string folder,
        IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The variables of dotnet test must not reach another build, and no build may leave servers running.
        foreach (string name in start.Environment.Keys
            .Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        return new ChildProcess(start);
    }

    /// <summary>Runs dotnet, which must succeed; returns its output.</summary>
    public static string Run(string folder, params string[] arguments) =>
        Run(folder, new Dictionary<string, string>(), arguments);

    /// <summary>Runs dotnet, which must succeed; returns its output.</summary>
    public static string Run(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using ChildProcess process = Start(folder, environment, arguments);
        int code = process.WaitForExit();
        Assert.AreEqual(0, code, $"dotnet {string.Join(' ', arguments)}\n{process.Output}\n{process.Errors}");
        return process.Output;
    }

    /// <summary>Returns the next line of standard output; null at its end.</summary>
    public string? ReadLine() => _lines.TryTake(out string? line, Limit) ? line : null;

    /// <summary>Waits for the end; returns the exit code.</summary>
    public int WaitForExit()
    {
        Assert.IsTrue(_process.WaitForExit(Limit), $"The process did not end.\n{Output}\n{Errors}");
        _process.WaitForExit(); // waits for the rest of its output
        return _process.ExitCode;
    }

    /// <summary>Kills it and its children.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }
        _process.Dispose();
        _lines.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            _lines.CompleteAdding();
            return;
        }
        _output.Enqueue(line);
        _lines.Add(line);
    }
}
