using System.Diagnostics;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>This program once more, for what a process has only once: its memory, and how libtorch allocates.</summary>
internal static class ChildProcess
{
    /// <summary>The first argument of a child.</summary>
    public const string Mark = "--child";

    /// <summary>The numbers that a child prints, one in a line.</summary>
    /// <param name="name">Which task; see <see cref="ChildTasks"/>.</param>
    /// <param name="arguments">For the task.</param>
    /// <exception cref="InvalidOperationException">The child fails.</exception>
    public static double[] Run(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Under "dotnet x.dll" the program is dotnet, and the assembly its first argument.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }
        foreach (string argument in (string[])[Mark, name, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Numbers.Parse)]
            : throw new InvalidOperationException($"The child '{name}' ended with {process.ExitCode}.");
    }
}
