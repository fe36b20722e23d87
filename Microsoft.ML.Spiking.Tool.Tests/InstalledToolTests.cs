using System.Diagnostics;
using Microsoft.ML.Spiking.Samples.Tests;

namespace Microsoft.ML.Spiking.Tool.Tests;

/// <summary>
/// The tool as users have it: packed, installed and started. The package here lacks libtorch, which makes it small;
/// training finds it in this test's folder.
/// </summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class InstalledToolTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [TestMethod]
    public void Package_InstalledInAFolder_TrainsAndPredicts()
    {
        using var folder = new TemporaryFolder();
        string feed = folder.File("feed"), data = folder.Write("pebbles.csv", Samples.Pebbles());
        ChildProcess.Run(Build.Of("Repository"), "pack", Path.Combine(Build.Of("Repository"),
            "Microsoft.ML.Spiking.Tool"),
            "-c", Build.Of("Configuration"), "--no-build", "-o", feed, "-p:WithoutLibtorch=true", "-v", "quiet");
        File.WriteAllText(folder.File("nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear /><add key="just packed" value="{feed}" /></packageSources>
            </configuration>
            """);
        ChildProcess.Run(folder.Path, "tool", "install", "spiking", "--tool-path", folder.File("tools"), "--version",
            Build.Of("PackageVersion"), "--configfile", folder.File("nuget.config"));

        (int trained, _, string errors) = Spiking(folder, AppContext.BaseDirectory,
            ["train", data, "--label", "kind", .. Samples.Quick, "--output", folder.File("model.zip")]);
        (int predicted, string output, _) = Spiking(folder, null, ["predict", folder.File("model.zip"), data]);
        (int help, string text, _) = Spiking(folder, null, ["--help"]);
        (int refused, _, string sentence) = Spiking(folder, null, ["evaluate", "none.zip", data]);

        Assert.AreEqual(ExitCodes.Done, trained, errors);
        Assert.AreEqual(ExitCodes.Done, predicted);
        Assert.HasCount(91, output.Trim().Split('\n'));
        Assert.AreEqual(ExitCodes.Done, help);
        Assert.Contains("spiking [command] [options]", text);
        Assert.AreEqual(ExitCodes.Usage, refused);
        Assert.AreEqual("There is no model 'none.zip'.", sentence.Trim());
    }

    private static (int ExitCode, string Output, string Errors) Spiking(
        TemporaryFolder folder, string? libraries, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(folder.File("tools"), "spiking"), arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (libraries is not null)
        {
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.IsTrue(process.WaitForExit(Limit));
        return (process.ExitCode, output, errors.Result);
    }
}
