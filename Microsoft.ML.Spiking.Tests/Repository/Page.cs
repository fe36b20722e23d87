using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>A page for users: README.md, the package's own, or one of docs/.</summary>
/// <param name="Path">Its path from the repository's root, with forward slashes.</param>
internal sealed partial record Page(string Path)
{
    public string Text { get; } = File.ReadAllText(System.IO.Path.Combine(Folders.Root, Path)).ReplaceLineEndings("\n");

    /// <summary>Gets all pages.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. Directory.EnumerateFiles(Folders.Root, "*.md")
            .Append(System.IO.Path.Combine(Folders.Root, "Microsoft.ML.Spiking", "PACKAGE.md"))
            .Concat(Directory.EnumerateFiles(System.IO.Path.Combine(Folders.Root, "docs"), "*.md"))
            .Select(file => new Page(System.IO.Path.GetRelativePath(Folders.Root, file).Replace('\\', '/')))
            .OrderBy(page => page.Path, StringComparer.Ordinal),
    ];

    /// <summary>Returns the C# examples, without those that a comment before them declares as not compiled.</summary>
    public IReadOnlyList<Snippet> Snippets()
    {
        string usings = "";
        var snippets = new List<Snippet>();
        foreach (Match match in Fences().Matches(Text))
        {
            string code = match.Groups["code"].Value;
            string own = string.Concat(UsingLines().Matches(code).Select(line => line.Value));
            usings = snippets.Count == 0 ? own : usings;
            if (match.Groups["excuse"].Length == 0)
            {
                int line = Text.AsSpan(0, match.Groups["code"].Index).Count('\n') + 1;
                snippets.Add(new Snippet(
                    $"{Path}:{line}", own.Length > 0 ? own : usings, UsingLines().Replace(code, "")));
            }
        }
        return snippets;
    }

    /// <summary>Returns the text without examples.</summary>
    public string Prose() => AnyFence().Replace(Text, "");

    [GeneratedRegex(
        @"(?<excuse>^<!-- not compiled: [^\n]+ -->\n)?^```csharp\n(?<code>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex AnyFence();

    [GeneratedRegex(@"^using [\w.]+;\n", RegexOptions.Multiline)]
    private static partial Regex UsingLines();
}
