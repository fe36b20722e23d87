using System.Reflection;

namespace Microsoft.ML.Spiking.Tool.Tests;

/// <summary>Properties of this project's build.</summary>
internal static class Build
{
    private static readonly Dictionary<string, string> Values = typeof(Build).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(item => item.Key, item => item.Value!);

    /// <summary>Returns a property's value.</summary>
    public static string Of(string key) => Values[key];
}
