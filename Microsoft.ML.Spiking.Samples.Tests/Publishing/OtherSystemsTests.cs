using System.Xml.Linq;

namespace Microsoft.ML.Spiking.Samples.Tests.Publishing;

/// <summary>
/// A program that scores, published for systems that are not this one: what can be checked of it here is what it is
/// made of.
/// </summary>
[TestClass]
public sealed class OtherSystemsTests
{
    private static readonly TemporaryFolder Folder = new();

    public TestContext TestContext { get; set; } = null!;

    // For all systems by one call, which restores once.
    [ClassInitialize]
    public static void Publish(TestContext _)
    {
        string project = Path.Combine(Folder.Path, "Program.csproj");
        Project("win-x64", "osx-arm64", "linux-arm64").Save(project);
        ChildProcess.Run(Build.InRepository(), "build", project, "-restore", "-t:PublishAll",
            $"-p:Configuration={Build.Configuration}", "-p:BuildProjectReferences=false");
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    // The first bytes: of a PE file; of a Mach-O file of 64 bits and its processor; of an ELF file of 64 bits.
    [TestMethod]
    [DataRow("win-x64", "Program.exe", "4D5A", ".dll")]
    [DataRow("osx-arm64", "Program", "CFFAEDFE0C000001", ".dylib")]
    [DataRow("linux-arm64", "Program", "7F454C4602", ".so")]
    public void Publish_ForAnotherSystem_HasItsProgramAndItsLibrariesAlone(
        string system, string program, string start, string extension)
    {
        string folder = Path.Combine(Folder.Path, "published", system);

        FileInfo[] files = new DirectoryInfo(folder).GetFiles();
        foreach (FileInfo file in files.OrderByDescending(file => file.Length))
        {
            TestContext.WriteLine($"{file.Length,10:N0}  {file.Name}");
        }
        Assert.StartsWith(start, Convert.ToHexString(File.ReadAllBytes(Path.Combine(folder, program)).AsSpan(0, 16)));
        Assert.Contains(file => file.Name.EndsWith($"LdaNative{extension}", StringComparison.Ordinal), files);
        string[] others =
        [
            .. files.Select(file => file.Name).Where(name => Path.GetExtension(name) is ".so" or ".dylib"
                && Path.GetExtension(name) != extension),
        ];
        Assert.IsEmpty(others, string.Join(", ", others));
        // The library is the same on every system.
        Assert.AreSequenceEqual(
            File.ReadAllBytes(typeof(SpikingPredictionTransformer).Assembly.Location),
            File.ReadAllBytes(Path.Combine(folder, "Microsoft.ML.Spiking.dll")));
    }

    /// <summary>The sample Predict with the library and the package without ML.NET, in a project of its own.</summary>
    private static XElement Project(params string[] systems) => new("Project",
        new XAttribute("Sdk", "Microsoft.NET.Sdk"),
        new XElement("PropertyGroup",
            new XElement("OutputType", "Exe"),
            new XElement("TargetFramework", "net10.0"),
            new XElement("ImplicitUsings", "enable"),
            new XElement("Nullable", "enable"),
            new XElement("RuntimeIdentifiers", string.Join(';', systems)),
            new XElement("SelfContained", "false"),
            new XElement("NuGetAudit", "false")),
        new XElement("ItemGroup",
            new XElement("Compile", new XAttribute("Include", Build.InRepository("samples", "Predict", "*.cs"))),
            Reference("Microsoft.ML.Spiking"), Reference("Microsoft.ML.Spiking.Runtime")),
        new XElement("Target", new XAttribute("Name", "PublishAll"), systems.Select(system => new XElement("MSBuild",
            new XAttribute("Projects", "$(MSBuildProjectFullPath)"), new XAttribute("Targets", "Publish"),
            new XAttribute("Properties", $"RuntimeIdentifier={system};PublishDir=published/{system}/")))));

    private static XElement Reference(string name) => new("ProjectReference",
        new XAttribute("Include", Build.InRepository(name, $"{name}.csproj")));
}
