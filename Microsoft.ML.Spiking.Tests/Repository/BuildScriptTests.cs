using System.Diagnostics;
using System.Runtime.Versioning;
using System.Xml.Linq;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>
/// build.sh on a machine that lacks libgomp, PostgreSQL and compilers. Commands that could change this machine
/// (apt-get, sudo) or take long (dotnet) are replaced by scripts that only print how they were called.
/// </summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
[SupportedOSPlatform("linux")]
public sealed class BuildScriptTests
{
    private const string Installation = "Setup: installing libgomp1 for LightGBM (--no-setup prevents this).";

    [TestMethod]
    [DataRow("--no-setup", "quickstart", "--", "--data", "folder")]
    [DataRow("quickstart", "--no-setup", "--", "--data", "folder")]
    [DataRow("sample", "--no-setup", "Quickstart", "--", "--data", "folder")]
    [DataRow("bench", "--no-setup", "--", "--data", "folder")]
    [DataRow("test", "--no-setup", "--", "--data", "folder")]
    public void AnyCommand_NoSetupBeforeTheDashes_InstallsNothingAndRuns(params string[] arguments)
    {
        (int exitCode, string[] errors) = Run(user: 0, arguments);

        Assert.AreEqual(0, exitCode);
        Assert.IsEmpty(Calls(errors, "apt-get"));
        Assert.Contains(line => line.Contains("because of --no-setup", StringComparison.Ordinal), errors);
        Assert.AreEqual(arguments.Contains("test"),
            errors.Contains("Setup: the tests of the CUDA kernels that need a compiler are skipped."));
        Assert.Contains("--data folder", Calls(errors, "dotnet")[^1]);
        Assert.DoesNotContain("--no-setup", Calls(errors, "dotnet")[^1]);
    }

    [TestMethod]
    public void Quickstart_NoSetupBehindTheDashes_BelongsToTheProgram()
    {
        (_, string[] errors) = Run(user: 0, "quickstart", "--", "--no-setup");

        Assert.IsNotEmpty(Calls(errors, "apt-get"));
        Assert.EndsWith("-- --no-setup", Calls(errors, "dotnet")[^1]);
    }

    [TestMethod]
    [DataRow("quickstart")]
    [DataRow("test")]
    [DataRow("bench")]
    public void AnyCommand_NotRoot_InstallsNothingAndSaysWhatIsMissing(string command)
    {
        (int exitCode, string[] errors) = Run(user: 1000, command);

        Assert.AreNotEqual(0, exitCode);
        Assert.IsEmpty(Calls(errors, "apt-get"));
        Assert.IsEmpty(Calls(errors, "sudo"));
        Assert.Contains(line => line.Contains("libgomp) is missing", StringComparison.Ordinal), errors);
    }

    [TestMethod]
    public void Test_Root_SaysEachInstallationBeforeItHappens()
    {
        (_, string[] errors) = Run(user: 0, "test");

        Assert.IsLessThan(
            Array.FindIndex(errors, line => line.EndsWith("install libgomp1", StringComparison.Ordinal)),
            Array.IndexOf(errors, Installation));
        Assert.IsLessThan(
            Array.FindIndex(errors, line => line.EndsWith("recommends postgresql", StringComparison.Ordinal)),
            Array.FindIndex(errors, line => line.StartsWith("Setup: installing postgresql", StringComparison.Ordinal)));
        int sentence = Array.IndexOf(errors,
            "Setup: installing g++ clang for the tests of the CUDA kernels (--no-setup prevents this).");
        Assert.IsGreaterThanOrEqualTo(0, sentence);
        Assert.Contains(line => line.Contains("--no-install-recommends g++ clang", StringComparison.Ordinal),
            errors[sentence..]);
    }

    /// <summary>The assemblies of all projects are hard links, and projects are tested at the same time.</summary>
    [TestMethod]
    public void Coverage_Settings_LeaveAssembliesAsTheyAre()
    {
        (_, string[] errors) = Run(user: 0, "coverage");

        string[] calls = Calls(errors, "dotnet");
        Assert.Contains(
            "/eng/coverage.xml ", calls.Single(call => call.StartsWith("dotnet test ", StringComparison.Ordinal)));
        XDocument settings = XDocument.Load(Path.Combine(Folders.Root, "eng", "coverage.xml"));
        Assert.AreEqual("False", settings.Descendants("EnableStaticManagedInstrumentation").Single().Value);
    }

    /// <summary>Runs build.sh; standard error also holds the calls of the commands that were replaced.</summary>
    private static (int ExitCode, string[] Errors) Run(int user, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        string library = Path.Combine(folder.Path, "libstdc++.so.6");
        File.WriteAllText(library, "GLIBCXX_3.4.32");
        Write(folder, "id", $"echo {user}");
        Write(folder, "uname", """[ "${1:-}" = -m ] && echo x86_64 || echo Linux""");
        Write(folder, "ldconfig", $"echo 'libstdc++.so.6 (libc6,x86-64) => {library}'");
        foreach (string command in (string[])["apt-get", "sudo", "dotnet"])
        {
            Write(folder, command, $$"""echo "{{command}} $*" >&2""");
        }
        // A copy, because the command test deletes earlier results.
        Directory.CreateDirectory(Path.Combine(folder.Path, "eng"));
        File.Copy(Path.Combine(Folders.Root, "build.sh"), Path.Combine(folder.Path, "build.sh"));
        foreach (string script in Directory.EnumerateFiles(Path.Combine(Folders.Root, "eng"), "*.sh"))
        {
            File.Copy(script, Path.Combine(folder.Path, "eng", Path.GetFileName(script)));
        }
        string sample = Directory.CreateDirectory(Path.Combine(folder.Path, "samples", "Quickstart")).FullName;
        File.WriteAllText(Path.Combine(sample, "Quickstart.csproj"), "");

        var start = new ProcessStartInfo("bash", [Path.Combine(folder.Path, "build.sh"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["SPIKING_POSTGRESQL"] = folder.Path;
        start.Environment["SPIKING_COMPILERS"] = folder.Path;
        start.Environment.Remove("SPIKING_SETUP");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        output.Wait();
        return (process.ExitCode, errors.Split('\n'));
    }

    private static void Write(TemporaryFolder folder, string command, string script)
    {
        string path = Path.Combine(folder.Path, command);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string[] Calls(string[] errors, string command) =>
        [.. errors.Where(line => line.StartsWith($"{command} ", StringComparison.Ordinal))];
}
