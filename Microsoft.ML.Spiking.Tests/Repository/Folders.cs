using System.Reflection;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>Paths in the repository that this project was built from.</summary>
internal static class Folders
{
    private static readonly Dictionary<string, string> Values = typeof(Folders).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(item => item.Key, item => item.Value!);

    /// <summary>Gets the repository's root folder.</summary>
    public static string Root => Values["Repository"];

    /// <summary>Gets the path of the assembly for event cameras, which the examples compile against.</summary>
    public static string EventsAssembly => Values["EventsAssembly"];

    /// <summary>Gets the path of the assembly that scores without ML.NET, which the examples compile against.</summary>
    public static string RuntimeAssembly => Values["RuntimeAssembly"];

    /// <summary>Gets the path of the assembly for sweeps, which the examples compile against.</summary>
    public static string SweepsAssembly => Values["SweepsAssembly"];
}
