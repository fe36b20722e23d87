using System.Reflection;

namespace Microsoft.ML.Spiking.Samples.Tests;

/// <summary>Properties of this project's build.</summary>
internal static class Build
{
    private static readonly Dictionary<string, string> Values = typeof(Build).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(item => item.Key, item => item.Value!);

    public static string Configuration => Values["Configuration"];

    public static string RuntimeIdentifier => Values["RuntimeIdentifier"];

    public static string PackageVersion => Values["PackageVersion"];

    public static string MLNetVersionRange => Values["MLNetVersionRange"];

    public static string TorchSharpVersion => Values["TorchSharpVersion"];

    public static string TorchSharpVersionRange => Values["TorchSharpVersionRange"];

    /// <summary>Gets the folder of restored packages.</summary>
    public static string PackageFolder => Values["PackageFolder"];

    /// <summary>Returns the path of a file or folder of the repository.</summary>
    public static string InRepository(params string[] names) => Path.Combine([Values["Repository"], .. names]);

    /// <summary>Returns the path of a sample's program.</summary>
    public static string Sample(string name) =>
        InRepository(
            "samples", name, "bin", Configuration, Values["TargetFramework"], RuntimeIdentifier, $"{name}.dll");
}
