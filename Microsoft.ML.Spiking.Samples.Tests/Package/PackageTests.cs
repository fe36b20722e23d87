using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

namespace Microsoft.ML.Spiking.Samples.Tests.Package;

[TestClass]
public sealed class PackageTests
{
    private static readonly TemporaryFolder Folder = new();
    private static string _package = "";

    [ClassInitialize]
    public static void Pack(TestContext _) => _package = PackedLibrary.Pack(Folder.Path);

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void Package_HoldsTheLibraryItsDocumentsAndNothingElse()
    {
        using ZipArchive zip = ZipFile.OpenRead(_package);
        string[] files = [.. zip.Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal)
                && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml")
            .Order(StringComparer.Ordinal)];

        Assert.AreSequenceEqual(
            new[] { "LICENSE", "Microsoft.ML.Spiking.nuspec", "PACKAGE.md", "lib/net10.0/Microsoft.ML.Spiking.dll",
                "lib/net10.0/Microsoft.ML.Spiking.xml" },
            files);
    }

    [TestMethod]
    public void Dependencies_AreMLNetAndTorchSharpInTheirRanges()
    {
        XElement[] groups = [.. Nuspec().Descendants().Where(element => element.Name.LocalName == "group")];
        string[] dependencies = [.. groups.Elements()
            .Select(element =>
                $"{element.Attribute("id")!.Value} " +
                $"{element.Attribute("version")!.Value.Replace(" ", "", StringComparison.Ordinal)}")];

        Assert.HasCount(1, groups);
        Assert.AreSequenceEqual(
            new[] { $"Microsoft.ML {Build.MLNetVersionRange}", $"TorchSharp {Build.TorchSharpVersionRange}" },
                dependencies);
    }

    [TestMethod]
    [DataRow("license", "MIT")]
    [DataRow("readme", "PACKAGE.md")]
    [DataRow("authors", "The Microsoft.ML.Spiking authors")]
    public void Metadata_NamesIt(string element, string value) =>
        Assert.AreEqual(value, Nuspec().Descendants().Single(item => item.Name.LocalName == element).Value);

    [TestMethod]
    public void Documentation_DescribesTheTrainer() => Assert.Contains(
        "<member name=\"T:Microsoft.ML.Spiking.SpikingClifTrainer\">",
        Encoding.UTF8.GetString(PackedLibrary.Read(_package, "lib/net10.0/Microsoft.ML.Spiking.xml")));

    /// <summary>
    /// The library is compiled against copies of ML.NET's assemblies, but references the ordinary ones.
    /// </summary>
    [TestMethod]
    public void References_AreOrdinaryMLNetAssemblies()
    {
        using var library = new PEReader(
            new MemoryStream(PackedLibrary.Read(_package, "lib/net10.0/Microsoft.ML.Spiking.dll")));
        MetadataReader metadata = library.GetMetadataReader();
        (string Name, string Key)[] references = [.. metadata.AssemblyReferences.Select(metadata.GetAssemblyReference)
            .Select(item =>
                (metadata.GetString(item.Name),
                Convert.ToHexStringLower(metadata.GetBlobBytes(item.PublicKeyOrToken))))];

        Type[] types = [typeof(MLContext), typeof(ITransformer), typeof(IDataView)];
        foreach (System.Reflection.AssemblyName ordinary in types
            .Select(type => type.Assembly.GetName()))
        {
            string key = references.Single(item => item.Name == ordinary.Name).Key;
            Assert.AreEqual(Convert.ToHexStringLower(ordinary.GetPublicKeyToken()!), key);
        }
    }

    [TestMethod]
    public void Symbols_NameSourcesByTheirPlaceInTheRepository()
    {
        if (Build.Configuration != "Release")
        {
            Assert.Inconclusive("Only the assemblies that are built for users do.");
        }
        byte[] symbols = PackedLibrary.Read(
            Path.ChangeExtension(_package, ".snupkg"), "lib/net10.0/Microsoft.ML.Spiking.pdb");
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols));
        MetadataReader metadata = provider.GetMetadataReader();
        string[] sources =
            [.. metadata.Documents.Select(document => metadata.GetString(metadata.GetDocument(document).Name))];

        Assert.Contains("/_/Microsoft.ML.Spiking/SpikingClifTrainer.cs", sources);
        string[] elsewhere = [.. sources.Where(source => !source.StartsWith("/_", StringComparison.Ordinal))];
        Assert.IsEmpty(elsewhere, string.Join('\n', elsewhere));
    }

    [TestMethod]
    public void Pack_Again_GivesTheSameBytes()
    {
        using var folder = new TemporaryFolder();

        Assert.AreSequenceEqual(File.ReadAllBytes(_package), File.ReadAllBytes(PackedLibrary.Pack(folder.Path)));
    }

    private static XDocument Nuspec() =>
        XDocument.Load(new MemoryStream(PackedLibrary.Read(_package, "Microsoft.ML.Spiking.nuspec")));
}
