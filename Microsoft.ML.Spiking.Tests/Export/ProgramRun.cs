using System.ComponentModel;
using System.Diagnostics;

namespace Microsoft.ML.Spiking.Tests.Export;

/// <summary>A run of another program, if it is installed.</summary>
internal static class ProgramRun
{
    /// <summary>Runs it to its end; the exit code is -1 if there is no such program.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">Its standard input.</param>
    public static (int ExitCode, string Output) Of(string program, string[] arguments, string input = "")
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            process.WaitForExit();
            return (process.ExitCode, output.Result + errors.Result);
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            return (-1, exception.Message);
        }
    }
}
