namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>The library's rooms, which are the folders of its sources, and which other rooms each may know.</summary>
internal static class Rooms
{
    /// <summary>The catalog, the trainer and the fitted model.</summary>
    public const string Root = "root";
    public const string Internals = "MLNetInternals";
    public const string Training = "Training";

    private static readonly string[] Definitions = ["Networks", "Neurons", "Numerics"];
    private static readonly string[] Stored = ["Serialization", .. Definitions];
    private static readonly string[] Work = [Training, "Scoring", .. Stored];

    public static IReadOnlyDictionary<string, string[]> MayKnow { get; } = new Dictionary<string, string[]>
    {
        ["Neurons"] = ["Numerics"],
        ["Numerics"] = [],
        ["Randomness"] = [],
        ["Networks"] = ["Neurons", "Numerics", "Randomness"],
        ["Serialization"] = Definitions,
        ["Import"] = Stored,
        ["Scoring"] = Stored,
        [Training] = ["Randomness", .. Stored],
        ["Analysis"] = Work,
        ["Conversion"] = ["Analysis", .. Work],
        ["Export"] = Work,
        [Internals] = ["Analysis", "Export", .. Work],
        [Root] = [Internals, "Analysis", "Conversion", "Export", "Import", .. Work],
    };

    /// <summary>The rooms that may use ML.NET's non-public API.</summary>
    public static IReadOnlyList<string> InsideMLNet { get; } = [Root, Internals];

    /// <summary>The rooms that may use TorchSharp: the one that trains and the one that reports gradients.</summary>
    public static IReadOnlyList<string> WithTorch { get; } = [Training, "Analysis"];

    /// <summary>The rooms that know rows as arrays, never as ML.NET's data views.</summary>
    public static IReadOnlyList<string> WithoutDataViews { get; } = [.. Stored, "Import", "Scoring", Training];

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Folders =
        new(() => SourceFolders.Read(Library.Path, Library.Name));

    /// <summary>
    /// The room of an outermost type of the library; null for what the compiler puts into the assembly.
    /// </summary>
    /// <param name="type">Its full name.</param>
    public static string? Of(string type) => !Folders.Value.TryGetValue(type, out string? folder) ? null
        : folder.Length == 0 ? Root
        : folder.Split('/')[0];

    /// <summary>The room of the type that mentions something.</summary>
    public static string? From(Reference reference) => Of($"{reference.FromNamespace}.{reference.FromType}");

    /// <summary>The room of the type that is mentioned; null if it is not the library's.</summary>
    public static string? To(Reference reference) =>
        reference.ToAssembly == Library.Name ? Of(reference.ToType.Split('+')[0]) : null;
}
