using System.Reflection;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>README.md's chapter on images shows code that compiles and options that there are.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    private static readonly string Repository = typeof(ReadmeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Repository").Value!;

    [TestMethod]
    public void Images_EveryBlockOfCSharp_IsInTheSnippets()
    {
        string snippets = Unindented(File.ReadAllText(
            Path.Combine(Repository, "Microsoft.ML.Spiking.Tests", $"{nameof(ReadmeSnippets)}.cs")));
        string[] blocks = [.. Blocks().Matches(Chapter()).Select(match => Unindented(match.Groups["code"].Value))];

        Assert.IsNotEmpty(blocks);
        foreach (string block in blocks)
        {
            Assert.Contains(block, snippets);
        }
        Assert.IsNotNull(ReadmeSnippets.Images(new MLContext(1))); // its options are valid
        ReadmeSnippets.Settings().Validate();
    }

    [TestMethod]
    public void Images_OptionsThatItSets_Exist()
    {
        string[] names = [.. Settings().Matches(Chapter()).Select(match => match.Groups["name"].Value)];

        Assert.Contains("ActivationCheckpointing", names);
        foreach (string name in names)
        {
            Assert.IsNotNull(typeof(SpikingClifTrainer.Options).GetProperty(name), name);
        }
    }

    private static string Chapter() => OneChapter().Match(File.ReadAllText(Path.Combine(Repository, "README.md"))).Value;

    /// <summary>The lines without the blanks before and after them.</summary>
    private static string Unindented(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim();

    [GeneratedRegex(@"^## Images\r?$.*?(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex OneChapter();

    [GeneratedRegex(@"^```csharp\r?$(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"`(?<name>[A-Z]\w+) = ")]
    private static partial Regex Settings();
}
