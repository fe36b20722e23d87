namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>The library's rooms, which are its folders, and which other rooms each may know.</summary>
internal static class Rooms
{
    /// <summary>The catalog, the trainer and the fitted model.</summary>
    public const string Root = "root";
    public const string Internals = "MLNetInternals";
    public const string Training = "Training";

    private static readonly string[] Definitions = ["Networks", "Neurons"];
    private static readonly string[] Stored = ["Serialization", .. Definitions];
    private static readonly string[] Work = [Training, "Scoring", .. Stored];

    public static IReadOnlyDictionary<string, string[]> MayKnow { get; } = new Dictionary<string, string[]>
    {
        ["Neurons"] = [],
        ["Randomness"] = [],
        ["Networks"] = ["Neurons", "Randomness"],
        ["Serialization"] = Definitions,
        ["Scoring"] = Stored,
        [Training] = ["Randomness", .. Stored],
        ["Analysis"] = Work,
        ["Conversion"] = Work,
        ["Export"] = Work,
        [Internals] = Work,
        [Root] = [Internals, "Analysis", "Conversion", "Export", .. Work],
    };

    /// <summary>The rooms that may use ML.NET's non-public API.</summary>
    public static IReadOnlyList<string> InsideMLNet { get; } = [Root, Internals];

    /// <summary>The rooms that may use TorchSharp: the one that trains and the one that reports gradients.</summary>
    public static IReadOnlyList<string> WithTorch { get; } = [Training, "Analysis"];

    /// <summary>The rooms that know rows as arrays, never as ML.NET's data views.</summary>
    public static IReadOnlyList<string> WithoutDataViews { get; } = [.. Stored, "Scoring", Training];

    /// <summary>The room of a namespace; null for what the compiler puts into the assembly.</summary>
    public static string? Of(string space) => space switch
    {
        "Microsoft.ML" or Library.Name => Root,
        _ when space.StartsWith(Library.Name + ".", StringComparison.Ordinal) =>
            space[(Library.Name.Length + 1)..].Split('.')[0],
        _ => null,
    };
}
