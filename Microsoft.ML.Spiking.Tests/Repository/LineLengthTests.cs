namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>Lines keep the limit of .editorconfig, in code, scripts and pages.</summary>
[TestClass]
public sealed class LineLengthTests
{
    private const int Longest = 120;

    private static readonly HashSet<string> Ignored =
        [.. File.ReadAllLines(Path.Combine(Folders.Root, ".gitignore")).Select(line => line.TrimEnd('/'))];

    [TestMethod]
    public void Files_OfTheRepository_HaveShortLines()
    {
        string[] files = [.. Files(Folders.Root)];
        string[] offences = [.. files.SelectMany(Offences)];

        Assert.IsGreaterThan(500, files.Length); // else the check would pass without reading any file
        Assert.IsEmpty(offences, string.Join(Environment.NewLine, offences));
    }

    [TestMethod]
    [DataRow("page.md", 1, 0)]
    [DataRow("page.md", 0, 1)]
    [DataRow("code.cs", 1, 1)]
    [DataRow("code.cs", 0, 1)]
    public void Offences_LongLineOfATableOrNot_AreFoundWhereTheyCount(string name, int table, int expected)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, name);
        string line = (table == 1 ? "| " : "") + new string('x', Longest + 1);
        File.WriteAllLines(path, [new string('y', Longest), line]);

        string[] offences = [.. Offences(path)];

        Assert.HasCount(expected, offences);
        Assert.IsTrue(offences.All(offence => offence.EndsWith($"{name}:2", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder).Where(IsRead)
        .Concat(Directory.EnumerateDirectories(folder)
            .Where(inner => !Ignored.Contains(Path.GetFileName(inner)) && Path.GetFileName(inner)[0] != '.')
            .SelectMany(Files));

    // PublicAPI files are generated, and neither .cs nor .md.
    private static bool IsRead(string path) => Path.GetExtension(path) is ".cs" or ".md" or ".sh";

    /// <summary>Returns the lines that are too long. Tables in pages may be wide: they cannot be broken.</summary>
    private static IEnumerable<string> Offences(string path)
    {
        bool isPage = Path.GetExtension(path) == ".md";
        return File.ReadLines(path).Index()
            .Where(line => line.Item.Length > Longest && !(isPage && line.Item.StartsWith('|')))
            .Select(line => $"{Path.GetRelativePath(Folders.Root, path)}:{line.Index + 1}");
    }
}
