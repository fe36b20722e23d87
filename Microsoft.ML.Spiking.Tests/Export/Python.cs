namespace Microsoft.ML.Spiking.Tests.Export;

/// <summary>A Python with a module: python3, or the system's own where python3 is another.</summary>
internal static class Python
{
    private static readonly string[] Programs = ["python3", "/usr/bin/python3"];

    /// <summary>
    /// Runs a program where a Python has the module, and returns what it printed; else skips the test.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="program">The program's text.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads.</param>
    public static string Run(string module, string program, string[] arguments, string input = "")
    {
        string python = Programs.FirstOrDefault(name => ProgramRun.Of(name, ["-c", $"import {module}"]).ExitCode == 0)
            ?? throw new AssertInconclusiveException($"No python3 with {module} is at hand.");
        (int exitCode, string output) = ProgramRun.Of(python, ["-c", program, .. arguments], input);
        Assert.AreEqual(0, exitCode, output);
        return output;
    }
}
