using System.Reflection;

namespace Microsoft.ML.Spiking.Samples.Tests;

/// <summary>What the build of this project says of itself.</summary>
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

    /// <summary>The folder that restored packages lie in.</summary>
    public static string PackageFolder => Values["PackageFolder"];

    /// <summary>A file or folder of the repository.</summary>
    public static string InRepository(params string[] names) => Path.Combine([Values["Repository"], .. names]);

    /// <summary>The program that a sample was built to.</summary>
    public static string Sample(string name) =>
        InRepository("samples", name, "bin", Configuration, Values["TargetFramework"], RuntimeIdentifier, $"{name}.dll");
}
