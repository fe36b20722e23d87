using System.Text;
using System.Xml.Linq;

namespace Microsoft.ML.Spiking.Samples.Tests.Package;

/// <summary>A project that knows only the packages, in a folder outside this repository.</summary>
[TestClass]
public sealed class ConsumerTests
{
    private static readonly string[] Properties =
        [$"-p:SpikingVersion={Build.PackageVersion}", $"-p:TorchSharpVersion={Build.TorchSharpVersion}"];

    [TestMethod]
    public void NewProject_FromALocalFeed_TrainsPredictsAndWritesNir()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Package", "Consumer")))
        {
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        }
        string feed = Path.Combine(folder.Path, "feed");
        PackedLibrary.Pack(feed);
        PackedLibrary.Pack(feed, "Microsoft.ML.Spiking.Interchange");
        string runtime = PackedLibrary.Pack(feed, "Microsoft.ML.Spiking.Runtime");
        Assert.DoesNotContain("<dependency ", Encoding.UTF8.GetString(
            PackedLibrary.Read(runtime, "Microsoft.ML.Spiking.Runtime.nuspec")));
        WriteConfiguration(folder.Path);

        ChildProcess.Run(folder.Path, ["restore", .. Properties]);
        string built = ChildProcess.Run(
            folder.Path, ["build", "-c", "Release", "--no-restore", "-o", "bin", .. Properties]);
        Assert.DoesNotContain("warning CS", built);
        string[] right = ["a a", "b b", "c c", "a a", "b b", "c c"];
        Run("train");
        Assert.AreSequenceEqual(right, Run("predict"));
        Assert.AreSequenceEqual(right, Run("score"), "without ML.NET");
        Assert.AreSequenceEqual(new[] { "left right", "left right" }, Run("nir"));

        string[] Run(string command) =>
            ChildProcess.Run(folder.Path, Path.Combine("bin", "Consumer.dll"), command).Split('\n');
    }

    /// <summary>
    /// The local feed, in addition to the machine's own sources. The package goes into a separate folder, so that it is
    /// the one that was just packed and not one from an earlier run; everything else comes from this build's folder.
    /// </summary>
    internal static void WriteConfiguration(string folder) => new XDocument(new XElement("configuration",
        new XElement("config", Add("globalPackagesFolder", "packages")),
        new XElement("packageSources", Add("just packed", "feed")),
        new XElement("fallbackPackageFolders", Add("this build", Build.PackageFolder)))).Save(
            Path.Combine(folder, "nuget.config"));

    private static XElement Add(string key, string value) =>
        new("add", new XAttribute("key", key), new XAttribute("value", value));
}
