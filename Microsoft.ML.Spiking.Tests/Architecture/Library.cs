namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>The compiled library.</summary>
internal static class Library
{
    public const string Name = "Microsoft.ML.Spiking";

    private static readonly Lazy<IReadOnlySet<Reference>> Scanned = new(() => AssemblyScanner.Scan(Path));

    public static System.Reflection.Assembly Assembly { get; } = System.Reflection.Assembly.Load(Name);

    public static string Path => Assembly.Location;

    public static IReadOnlySet<Reference> References => Scanned.Value;
}
