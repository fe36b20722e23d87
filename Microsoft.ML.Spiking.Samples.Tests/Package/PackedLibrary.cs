using System.IO.Compression;

namespace Microsoft.ML.Spiking.Samples.Tests.Package;

/// <summary>The package as <c>./build.sh pack</c> makes it, from the present build.</summary>
internal static class PackedLibrary
{
    /// <summary>Packs to a folder; returns the path of the package.</summary>
    public static string Pack(string folder, string project = "Microsoft.ML.Spiking")
    {
        ChildProcess.Run(Build.InRepository(), new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "1700000000" },
            "pack", Build.InRepository(project), "-c", Build.Configuration, "--no-build", "-o", folder,
            "-warnaserror");
        return Path.Combine(folder, $"{project}.{Build.PackageVersion}.nupkg");
    }

    /// <summary>Returns the content of a file in a package.</summary>
    public static byte[] Read(string package, string name)
    {
        using ZipArchive zip = ZipFile.OpenRead(package);
        using Stream entry = zip.GetEntry(name)!.Open();
        using var content = new MemoryStream();
        entry.CopyTo(content);
        return content.ToArray();
    }
}
