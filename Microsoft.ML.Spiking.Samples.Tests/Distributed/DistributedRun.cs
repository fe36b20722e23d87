using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Samples.Tests.Distributed;

/// <summary>Runs of samples/Distributed, on few drawn digits, with one thread in each process.</summary>
internal static partial class DistributedRun
{
    private static readonly Dictionary<string, string> Quiet = new()
    {
        ["OMP_NUM_THREADS"] = "1",
        ["TERM"] = "dumb", // mpirun gives its ranks a terminal, whose keypad .NET would switch
        ["OMPI_MCA_rmaps_base_oversubscribe"] = "1",
        ["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none", // containers refuse it, with a warning
        ["PMIX_MCA_gds"] = "hash",
    };

    /// <summary>Skips the test where there is no Open MPI.</summary>
    public static void NeedLauncher()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!OperatingSystem.IsLinux() || !folders.Any(folder => File.Exists(Path.Combine(folder, "mpirun"))))
        {
            Assert.Inconclusive("There is no mpirun here: apt-get install openmpi-bin.");
        }
    }

    /// <summary>Starts ranks.</summary>
    /// <param name="folder">The current folder.</param>
    /// <param name="ranks">How many.</param>
    /// <param name="arguments">The sample's arguments, on every rank.</param>
    public static ChildProcess Start(string folder, int ranks, params string[] arguments) =>
        Launch(folder, ["-np", $"{ranks}", "dotnet", Build.Sample("Distributed"), "--threads", "1", .. arguments]);

    /// <summary>Starts mpirun.</summary>
    public static ChildProcess Launch(string folder, params string[] arguments) => ChildProcess.StartProgram(
        "mpirun", folder, Quiet, ["--allow-run-as-root", "--bind-to", "none", .. arguments]);

    /// <summary>Starts a program that starts mpirun.</summary>
    public static ChildProcess LaunchBy(string program, string folder, params string[] arguments) =>
        ChildProcess.StartProgram(program, folder, Quiet, arguments);

    /// <summary>Runs ranks, which must succeed, and returns the checksums of their weights.</summary>
    public static string[] Weights(string folder, int ranks, params string[] arguments)
    {
        using ChildProcess process = Start(folder, ranks, arguments);
        return Weights(process);
    }

    /// <summary>Waits for a process, which must succeed, and returns the checksums that it has written.</summary>
    public static string[] Weights(ChildProcess process)
    {
        Assert.AreEqual(0, process.WaitForExit(), $"{process.Output}\n{process.Errors}");
        return [.. Checksum().Matches(process.Output).Select(match => match.Groups[1].Value)];
    }

    /// <summary>Trains in one process, in parts, and returns the checksum of the weights.</summary>
    public static string WeightsAlone(string folder, int parts, params string[] arguments)
    {
        using ChildProcess process = ChildProcess.Start(folder, Quiet,
            [Build.Sample("Distributed"), "--threads", "1", "--parts", $"{parts}", .. arguments]);
        return Weights(process).Single();
    }

    [GeneratedRegex(@"^rank \d+: weights ([0-9a-f]{64})$", RegexOptions.Multiline)]
    private static partial Regex Checksum();
}
