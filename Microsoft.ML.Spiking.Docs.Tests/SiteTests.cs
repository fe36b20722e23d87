using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Docs.Tests;

/// <summary>The pages that ./build.sh docs makes a site of. docfx, which checks more, is not run.</summary>
[TestClass]
public sealed partial class SiteTests
{
    private static readonly string[] Contents = ["toc.yml", "guide/toc.yml", "cookbook/toc.yml"];

    private static string Docs => Path.Combine(Repository.Root, "docs");

    [TestMethod]
    public void Contents_ListEveryPageOnceAndNoOther()
    {
        string[] listed =
        [
            .. Contents.SelectMany(toc =>
                    Hrefs().Matches(File.ReadAllText(Path.Combine(Docs, toc))).Select(href =>
                        Path.GetFullPath(Path.Combine(Docs, Path.GetDirectoryName(toc)!, href.Groups[1].Value))))
                .Select(path => Path.GetRelativePath(Docs, path)).Order(StringComparer.Ordinal),
        ];
        string[] pages =
        [
            .. Directory.EnumerateFiles(Docs, "*.md", SearchOption.AllDirectories)
                .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
                .Select(path => Path.GetRelativePath(Docs, path)).Order(StringComparer.Ordinal),
        ];

        Assert.AreSequenceEqual(pages, listed);
    }

    [TestMethod]
    public void Recipes_Links_LeadToFiles()
    {
        string[] dead =
        [
            .. Directory.EnumerateFiles(Repository.Cookbook, "*.md").SelectMany(page =>
                Links().Matches(File.ReadAllText(page)).Select(link => link.Groups[1].Value)
                    .Where(target => !File.Exists(Path.Combine(Repository.Cookbook, target)))
                    .Select(target => $"{Path.GetFileName(page)}: {target}")),
        ];

        Assert.IsEmpty(dead, string.Join('\n', dead));
    }

    [GeneratedRegex(@"href: (\S+\.md)$", RegexOptions.Multiline)]
    private static partial Regex Hrefs();

    [GeneratedRegex(@"\]\(((?!https?:)[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Links();
}
