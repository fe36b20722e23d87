using System.Diagnostics;
using System.Runtime.Versioning;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>benchmarks/gpu/trace.sh, with commands in place of g++ and python3.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
[SupportedOSPlatform("linux")]
public sealed class TraceScriptTests
{
    [TestMethod]
    public void Trace_CuptiOfPythonsPackages_IsBuiltWith()
    {
        SkipWithToolkit();
        using var folder = new TemporaryFolder();
        string packages = Path.Combine(folder.Path, "site-packages");
        foreach (string file in (string[])
            ["torch/__init__.py", "nvidia/cupti/include/cupti.h", "nvidia/cupti/lib/libcupti.so.12",
                "nvidia/runtime/include/cuda.h"])
        {
            string path = Path.Combine(packages, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
        Replace(folder, "python3", $"echo {packages}/torch/__init__.py");
        Replace(folder, "g++", """echo "$*" >&2; while [ "$1" != -o ]; do shift; done; echo > "$2" """);

        (int exitCode, string output, string errors) = Run(folder);

        Assert.AreEqual(0, exitCode, errors);
        Assert.AreEqual(Path.Combine(folder.Path, "spiking-trace.so"), output.Trim());
        string log = File.ReadAllText(Path.Combine(folder.Path, "spiking-trace.so.log"));
        Assert.Contains($"-I{packages}/nvidia/cupti/include -I{packages}/nvidia/runtime/include", log);
        Assert.Contains("/libcupti.so.12 -Wl,-rpath,", log);
    }

    [TestMethod]
    public void Trace_NoCupti_SaysSo()
    {
        SkipWithToolkit();
        using var folder = new TemporaryFolder();
        Replace(folder, "python3", "exit 1");

        (int exitCode, _, string errors) = Run(folder);

        Assert.AreEqual(1, exitCode);
        Assert.StartsWith("cupti.h is neither", errors);
    }

    private static void SkipWithToolkit()
    {
        if (Directory.EnumerateDirectories("/usr/local", "cuda*").Any())
        {
            Assert.Inconclusive("This machine has CUDA's toolkit, which the script takes first.");
        }
    }

    private static void Replace(TemporaryFolder folder, string command, string script)
    {
        string path = Path.Combine(folder.Path, command);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static (int ExitCode, string Output, string Errors) Run(TemporaryFolder folder)
    {
        var start = new ProcessStartInfo("bash",
            [Path.Combine(Folders.Root, "benchmarks", "gpu", "trace.sh"), "printenv", "CUDA_INJECTION64_PATH"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["TMPDIR"] = folder.Path;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
