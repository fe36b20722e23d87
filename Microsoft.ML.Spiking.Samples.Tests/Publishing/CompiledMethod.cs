using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Samples.Tests.Publishing;

/// <summary>A method that the runtime compiled while a program ran.</summary>
/// <param name="Type">The type, with namespace and type arguments.</param>
/// <param name="Name">The method, without type arguments.</param>
internal sealed partial record CompiledMethod(string Type, string Name)
{
    /// <summary>Gets the first four parts of the type's name, which name the room of a type of the library.</summary>
    public string Room => string.Join('.', Type.Split('.').Take(4));

    /// <summary>
    /// Returns the environment variables that make a program write the methods it compiles to a file.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Trace(string path) => new Dictionary<string, string>
    {
        ["DOTNET_EnableEventPipe"] = "1",
        // Compilation events, verbose.
        ["DOTNET_EventPipeConfig"] = "Microsoft-Windows-DotNETRuntime:0x10:5",
        // No rundown of everything loaded at the end.
        ["DOTNET_EventPipeRundown"] = "0",
        ["DOTNET_EventPipeOutputPath"] = path,
    };

    /// <summary>Returns all methods of a trace, each once.</summary>
    /// <remarks>
    /// An event of a compiled method holds its type, name and signature in a row, in UTF-16 with a zero after each;
    /// nothing else in such a trace looks like that. Strings start at even or odd bytes.
    /// </remarks>
    public static CompiledMethod[] Read(string path)
    {
        byte[] trace = File.ReadAllBytes(path);
        return
        [
            .. new[] { 0, 1 }.SelectMany(start => Strings().Matches(Encoding.Unicode.GetString(trace.AsSpan(start))))
                .Select(match => (
                    Type: match.Groups[1].Value, Name: match.Groups[2].Value, Signature: match.Groups[3].Value))
                .Distinct().Select(method => new CompiledMethod(method.Type, method.Name)),
        ];
    }

    [GeneratedRegex(@"([\x20-\x7e]+)\0([\x20-\x7e]+)\0([\x20-\x7e]+)\0")]
    private static partial Regex Strings();
}
