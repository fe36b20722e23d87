using System.Reflection;

namespace Microsoft.ML.Spiking.Docs.Tests;

/// <summary>Paths in the repository that this project was built from.</summary>
internal static class Repository
{
    /// <summary>Gets the repository's root folder.</summary>
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "Repository").Value!;

    /// <summary>Gets the folder of the recipes.</summary>
    public static string Cookbook => Path.Combine(Root, "docs", "cookbook");
}
