using System.Runtime.Versioning;
using System.Xml.Linq;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>build.sh on a machine that lacks libgomp, PostgreSQL and compilers.</summary>
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

    private static (int ExitCode, string[] Errors) Run(int user, params string[] arguments)
    {
        using var machine = new BareMachine(user);
        return machine.Run(arguments);
    }

    private static string[] Calls(string[] errors, string command) =>
        [.. errors.Where(line => line.StartsWith($"{command} ", StringComparison.Ordinal))];
}
