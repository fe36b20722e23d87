using System.Reflection;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>
/// README.md's chapter on sweeps shows code that compiles, but for AutoML's, whose package is not there.
/// </summary>
[TestClass]
public sealed partial class ReadmeTests
{
    private static readonly string Repository =
        typeof(ReadmeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Repository").Value!;

    [TestMethod]
    public void Sweeps_EveryBlockOfCSharp_IsInTheSnippets()
    {
        string snippets = Unindented(File.ReadAllText(
            Path.Combine(Repository, "Microsoft.ML.Spiking.Sweeps.Tests", $"{nameof(ReadmeSnippets)}.cs")));
        string chapter = OneChapter().Match(File.ReadAllText(Path.Combine(Repository, "README.md"))).Value;
        string[] blocks = [.. Blocks().Matches(chapter).Select(match => Unindented(match.Groups["code"].Value))];

        Assert.HasCount(4, blocks);
        Assert.Contains("Not compiled here", chapter);
        foreach (string block in blocks.Where(block => !block.Contains("ml.Auto()", StringComparison.Ordinal)))
        {
            Assert.Contains(block, snippets);
        }
        ReadmeSnippets.Settings(["sweep.db"]).Validate();
    }

    /// <summary>The lines without the blanks before and after them.</summary>
    private static string Unindented(string text) =>
        string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim();

    [GeneratedRegex(@"^## Sweeps[^\n]*$.*?(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex OneChapter();

    [GeneratedRegex(@"^```csharp\r?$(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
