using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Spiking.Tests.Samples;

/// <summary>The program of a sample in a separate process, which does not outlive the test.</summary>
internal sealed class SampleProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private SampleProcess(string sample, string[] arguments)
    {
        string program = typeof(SampleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == sample + "Sample").Value!;
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it.</summary>
    /// <param name="sample">Its folder in samples.</param>
    /// <param name="arguments">Its arguments.</param>
    public static SampleProcess Start(string sample, params string[] arguments) => new(sample, arguments);

    /// <summary>Runs it until it ends.</summary>
    /// <param name="sample">Its folder in samples.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The exit code, and the lines of output and error.</returns>
    public static (int ExitCode, string[] Output, string[] Errors) Run(string sample, params string[] arguments)
    {
        using SampleProcess process = Start(sample, arguments);
        Task<string> output = process._process.StandardOutput.ReadToEndAsync();
        Assert.IsTrue(process._process.WaitForExit(Patience), $"The sample has not ended after {Patience}.");
        process._process.WaitForExit(); // waits for the last lines
        return (process._process.ExitCode, Lines(output.Result), Lines(process._errors.Result));
    }

    /// <summary>Kills the process as soon as it has written a line with this prefix.</summary>
    public void KillAfter(string start)
    {
        Task<bool> heard = Task.Run(() =>
        {
            while (_process.StandardOutput.ReadLine() is string line)
            {
                if (line.StartsWith(start, StringComparison.Ordinal))
                {
                    return true;
                }
            }
            return false;
        });
        Assert.IsTrue(heard.Wait(Patience) && heard.Result, $"The sample did not say '{start}'.");
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }

    private static string[] Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd())];
}
