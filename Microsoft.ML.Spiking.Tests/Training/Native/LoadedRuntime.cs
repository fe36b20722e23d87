using System.Diagnostics;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>
/// A separate process that trains once and prints the variables that native libraries see afterwards.
/// </summary>
internal static class LoadedRuntime
{
    public const string Command = "load-runtime";

    private static readonly string[] Variables = ["GOMP_SPINCOUNT", "THP_MEM_ALLOC_ENABLE"];

    /// <summary>Trains and prints in the child process.</summary>
    public static void Run()
    {
        Toy.Train(Toy.Settings with { Epochs = 1 });
        foreach (string name in Variables)
        {
            Console.WriteLine($"{name}={NativeEnvironment.Get(name)}");
        }
    }

    /// <summary>Runs the child and returns what it printed, and the settings that GCC's OpenMP reports.</summary>
    /// <param name="variable">A variable for the child, NAME=VALUE; null for none.</param>
    public static (string Printed, string OpenMP) Start(string? variable)
    {
        string program = Path.Combine(AppContext.BaseDirectory, typeof(LoadedRuntime).Assembly.GetName().Name!);
        var start = new ProcessStartInfo(program, [Command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in (string[])[.. Variables, "OMP_WAIT_POLICY"])
        {
            start.Environment.Remove(name);
        }
        start.Environment["OMP_DISPLAY_ENV"] = "VERBOSE";
        if (variable?.Split('=') is [var chosen, var value])
        {
            start.Environment[chosen] = value;
        }
        using Process process = Process.Start(start)!;
        Task<string> openMP = process.StandardError.ReadToEndAsync();
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, openMP.Result);
        return (printed, openMP.Result);
    }
}
