using System.Diagnostics;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>
/// Another process of this program, to measure what exists once per process: its memory, and libtorch's allocator.
/// </summary>
internal static class ChildProcess
{
    /// <summary>The first argument of a child.</summary>
    public const string Mark = "--child";

    /// <summary>Runs a child and returns the numbers it prints, one per line.</summary>
    /// <param name="name">Which task; see <see cref="ChildTasks"/>.</param>
    /// <param name="arguments">For the task.</param>
    /// <exception cref="InvalidOperationException">The child fails.</exception>
    public static double[] Run(string name, params string[] arguments) =>
        Run(name, new Dictionary<string, string>(), arguments);

    /// <inheritdoc cref="Run(string, string[])"/>
    /// <param name="name">Which task; see <see cref="ChildTasks"/>.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="arguments">For the task.</param>
    public static double[] Run(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using Process process = Start(name, environment, arguments, program: null);
        return Finish(name, process);
    }

    /// <summary>
    /// Returns the seconds from just before a child is started until it prints its first number, and the numbers.
    /// </summary>
    /// <param name="program">Another build of the program; null for this one.</param>
    /// <param name="name">Which task; see <see cref="ChildTasks"/>.</param>
    /// <param name="arguments">For the task.</param>
    /// <exception cref="InvalidOperationException">The child fails.</exception>
    public static (double Seconds, double[] Numbers) Clock(string? program, string name, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Start(name, new Dictionary<string, string>(), arguments, program);
        string? first = process.StandardOutput.ReadLine();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] rest = Finish(name, process);
        return (seconds, [Numbers.Parse(first!), .. rest]);
    }

    /// <summary>Starts a child that reads its instructions from its input.</summary>
    /// <param name="name">Which task; see <see cref="ChildTasks"/>.</param>
    /// <param name="environment">Variables to set; null for none.</param>
    /// <param name="arguments">For the task.</param>
    public static Process Start(
        string name, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments) =>
        Start(name, environment ?? new Dictionary<string, string>(), arguments, program: null, redirectInput: true);

    private static Process Start(string name, IReadOnlyDictionary<string, string> environment, string[] arguments,
        string? program, bool redirectInput = false)
    {
        var start = new ProcessStartInfo(program ?? Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = redirectInput,
        };
        // Under "dotnet x.dll" the program is dotnet, and the assembly its first argument.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }
        foreach (string argument in (string[])[Mark, name, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }
        return Process.Start(start)!;
    }

    private static double[] Finish(string name, Process process)
    {
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Numbers.Parse)]
            : throw new InvalidOperationException($"The child '{name}' exited with code {process.ExitCode}.");
    }
}
