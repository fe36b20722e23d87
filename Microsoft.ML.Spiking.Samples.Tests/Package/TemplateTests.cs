using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Samples.Tests.Package;

/// <summary>The templates of dotnet new, from the packed package to a prediction in a folder of their own.</summary>
[TestClass]
public sealed partial class TemplateTests
{
    private const string Templates = "Microsoft.ML.Spiking.Templates";

    // What a user's command line does not have: libtorch is linked, not copied, and no source is asked for advisories.
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["CreateHardLinksForCopyLocalIfPossible"] = "true",
        ["NuGetAudit"] = "false",
    };

    private static readonly TemporaryFolder Folder = new();

    private static string Hive => Path.Combine(Folder.Path, "hive");

    [ClassInitialize]
    public static void Install(TestContext _)
    {
        string feed = Path.Combine(Folder.Path, "feed");
        PackedLibrary.Pack(feed);
        string package = PackedLibrary.Pack(feed, Templates);
        ConsumerTests.WriteConfiguration(Folder.Path);
        ChildProcess.Run(Folder.Path, "new", "install", package, "--debug:custom-hive", Hive);
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void Table_InThreeCommands_TrainsAndPredicts()
    {
        string project = New("spiking-table", "machines");
        using (ChildProcess untrained = ChildProcess.Start(
            project, Environment, "run", "--", "predict", "81", "4.2", "1460", "pump"))
        {
            Assert.AreEqual(1, untrained.WaitForExit());
            Assert.AreEqual("There is no model.zip yet: dotnet run -- train makes it.", untrained.Errors);
        }
        string trained = Dotnet(project, "run", "--no-build", "--", "train");
        string predicted = Dotnet(project, "run", "--no-build", "--", "predict", "81", "4.2", "1460", "pump");

        Assert.IsGreaterThan(80, AccuracyIn(trained));
        Assert.MatchesRegex(@"^faulty, probability ([5-9]\d|100)\.\d ?%", predicted);
    }

    [TestMethod]
    public void Images_InThreeCommands_TrainsAndPredicts()
    {
        string project = New("spiking-images", "shapes");
        string trained = Dotnet(project, "run", "--", "train");
        string predicted = Dotnet(project, "run", "--no-build", "--", "predict", "images/circle/circle00.png");

        Assert.IsGreaterThan(80, AccuracyIn(trained));
        Assert.StartsWith("circle, probability ", predicted);
    }

    [TestMethod]
    public async Task Service_InThreeCommands_TrainsAndServes()
    {
        string project = New("spiking-service", "monitoring");
        string trained = Dotnet(project, "run", "--project", "Train");
        using ChildProcess service = ChildProcess.Start(
            project, Environment, "run", "--project", "Service", "--", "--urls", "http://127.0.0.1:0");
        string? address = null;
        string heard = "";
        while (address is null && service.ReadLine() is string line)
        {
            heard += line + "\n";
            address = Address().Match(line) is { Success: true } match ? match.Value : null;
        }
        Assert.IsNotNull(address, heard + service.Errors);
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        var reading = new { temperature = 54, vibration = 1.5, speed = 1450, kind = "pump" };
        using HttpResponseMessage answer = await client.PostAsJsonAsync("/predict", reading);
        service.Kill();

        Assert.IsGreaterThan(80, AccuracyIn(trained));
        Assert.Contains("a pump: faulty", heard);
        Assert.StartsWith("{\"label\":\"good\"", await answer.Content.ReadAsStringAsync());
        Assert.IsEmpty(Directory.EnumerateFiles(
            Path.Combine(project, "Service", "bin"), "*torch_cpu*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void Table_InAFolderWithFiles_IsRefusedAndChangesNothing()
    {
        string project = Path.Combine(Folder.Path, "occupied");
        Directory.CreateDirectory(project);
        string program = Path.Combine(project, "Program.cs");
        File.WriteAllText(program, "// mine");
        using ChildProcess creation = ChildProcess.Start(
            Folder.Path, Environment, "new", "spiking-table", "-o", project, "--debug:custom-hive", Hive);

        Assert.AreNotEqual(0, creation.WaitForExit());
        Assert.Contains("--force", creation.Output + creation.Errors);
        Assert.AreEqual("// mine", File.ReadAllText(program));
        Assert.HasCount(1, Directory.GetFileSystemEntries(project));
    }

    [TestMethod]
    public void Projects_AskForThePackagesOfThisBuild()
    {
        string project = New("spiking-images", "versions");
        string text = File.ReadAllText(Path.Combine(project, "versions.csproj"));

        Assert.DoesNotContain("_VERSION", text);
        Assert.DoesNotContain("TORCH_BACKEND", text);
        Assert.Contains($"\"Microsoft.ML.Spiking\" Version=\"{Build.PackageVersion}\"", text);
        Assert.Contains($"\"TorchSharp-cpu\" Version=\"{Build.TorchSharpVersion}\"", text);
    }

    [TestMethod]
    public void Torch_NamesTheNativePackage()
    {
        string project = New("spiking-table", "cuda", "--torch", "cuda-linux");

        Assert.Contains("TorchSharp-cuda-linux", File.ReadAllText(Path.Combine(project, "cuda.csproj")));
    }

    private static string New(string template, string name, params string[] options)
    {
        ChildProcess.Run(Folder.Path, ["new", template, "-o", name, .. options, "--debug:custom-hive", Hive]);
        return Path.Combine(Folder.Path, name);
    }

    private static string Dotnet(string folder, params string[] arguments) =>
        ChildProcess.Run(folder, Environment, arguments);

    private static double AccuracyIn(string output) => double.Parse(
        Accuracy().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"held out: (\d+\.\d)")]
    private static partial Regex Accuracy();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
