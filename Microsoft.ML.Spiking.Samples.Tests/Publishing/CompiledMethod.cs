using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Samples.Tests.Publishing;

/// <summary>A method that the runtime compiled while a program ran.</summary>
/// <param name="Type">With namespace and type arguments.</param>
/// <param name="Name">Without them.</param>
internal sealed partial record CompiledMethod(string Type, string Name)
{
    /// <summary>The first four parts of the type's name: of the library's types their room.</summary>
    public string Room => string.Join('.', Type.Split('.').Take(4));

    /// <summary>The variables with which a program writes what is compiled to a file.</summary>
    public static IReadOnlyDictionary<string, string> Trace(string path) => new Dictionary<string, string>
    {
        ["DOTNET_EnableEventPipe"] = "1",
        // Compilation, in all its detail.
        ["DOTNET_EventPipeConfig"] = "Microsoft-Windows-DotNETRuntime:0x10:5",
        // Not, at the end, all that was loaded.
        ["DOTNET_EventPipeRundown"] = "0",
        ["DOTNET_EventPipeOutputPath"] = path,
    };

    /// <summary>All of a trace, each once.</summary>
    /// <remarks>
    /// An event of a compiled method holds its type, its name and its signature one after the other, in UTF-16 with a zero
    /// behind each; nothing else in such a trace looks so. Strings start at any byte, even or odd.
    /// </remarks>
    public static CompiledMethod[] Read(string path)
    {
        byte[] trace = File.ReadAllBytes(path);
        return
        [
            .. new[] { 0, 1 }.SelectMany(start => Strings().Matches(Encoding.Unicode.GetString(trace.AsSpan(start))))
                .Select(match => (Type: match.Groups[1].Value, Name: match.Groups[2].Value, Signature: match.Groups[3].Value))
                .Distinct().Select(method => new CompiledMethod(method.Type, method.Name)),
        ];
    }

    [GeneratedRegex(@"([\x20-\x7e]+)\0([\x20-\x7e]+)\0([\x20-\x7e]+)\0")]
    private static partial Regex Strings();
}
