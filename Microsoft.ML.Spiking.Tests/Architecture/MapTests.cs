using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Tests.Repository;

namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>The map in docs/architecture.md names all files and folders at the root, and only those.</summary>
[TestClass]
public sealed partial class MapTests
{
    private static readonly string[] Libraries =
    [
        "Microsoft.ML.Spiking", "Microsoft.ML.Spiking.Sweeps", "Microsoft.ML.Spiking.Interchange",
        "Microsoft.ML.Spiking.Plots", "Microsoft.ML.Spiking.Events", "Microsoft.ML.Spiking.Distributed",
        "Microsoft.ML.Spiking.Runtime",
    ];

    private static readonly string Map =
        "\n" + OneMap().Match(new Page("docs/architecture.md").Text).Groups["map"].Value;

    [TestMethod]
    public void Map_OfTheRoot_NamesEveryFileAndFolder()
    {
        HashSet<string> ignored =
        [
            ".git", .. File.ReadAllLines(Path.Combine(Folders.Root, ".gitignore")).Select(line => line.TrimEnd('/')),
        ];
        string[] names =
        [
            .. Directory.EnumerateFileSystemEntries(Folders.Root)
                .Select(path => Path.GetFileName(path) + (Directory.Exists(path) ? "/" : ""))
                .Where(name => !ignored.Contains(name.TrimEnd('/'))),
        ];

        Assert.AreSequenceEqual(names.Order().ToArray(), Named(RootLines()).Order().ToArray());
    }

    [TestMethod]
    public void Map_OfTheLibraries_NamesEveryRoom()
    {
        foreach (string library in Libraries)
        {
            string[] rooms =
            [
                .. Directory.EnumerateDirectories(Path.Combine(Folders.Root, library), "*", SearchOption.AllDirectories)
                    .Select(folder => Path.GetRelativePath(Path.Combine(Folders.Root, library), folder))
                    .Where(folder => folder.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
                    .Select(folder => Path.GetFileName(folder) + "/"),
            ];
            string chapter = Map[(Map.IndexOf($"\n{library}/", StringComparison.Ordinal) + 1)..];
            string[] lines = [.. chapter.Split('\n').Skip(1).TakeWhile(line => line.StartsWith(' '))];

            Assert.AreSequenceEqual(
                rooms.Order().ToArray(), Named(lines).Where(name => name.EndsWith('/')).Order().ToArray(), library);
        }
    }

    [TestMethod]
    public void Page_FilesThatItNames_Exist()
    {
        string[] files =
        [
            .. new[] { "Microsoft.ML.Spiking", "Microsoft.ML.Spiking.Sweeps", "Microsoft.ML.Spiking.Tests" }
                .SelectMany(project => Directory.EnumerateFiles(
                    Path.Combine(Folders.Root, project), "*.cs", SearchOption.AllDirectories))
                .Select(file => "/" + file.Replace('\\', '/')),
        ];
        string[] names =
            [.. Files().Matches(new Page("docs/architecture.md").Text).Select(match => match.Groups["file"].Value)];

        Assert.IsNotEmpty(names);
        foreach (string name in names)
        {
            Assert.Contains(file => file.EndsWith("/" + name, StringComparison.Ordinal), files, name);
        }
    }

    [TestMethod]
    public void Folders_OfSources_HaveAtMostTwentyFiveFiles()
    {
        (string Folder, int Files)[] folders =
        [
            .. Directory.EnumerateFiles(Folders.Root, "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Folders.Root, Path.GetDirectoryName(file)!).Replace('\\', '/'))
                .Where(folder => !folder.Split('/').Any(part => part is "bin" or "obj" or "artifacts"))
                .GroupBy(folder => folder, (folder, files) => (folder, files.Count())),
        ];

        Assert.Contains(folder => folder.Folder == "Microsoft.ML.Spiking", folders);
        Assert.IsEmpty(folders.Where(folder => folder.Files > 25).ToArray());
    }

    private static string[] RootLines() =>
        [.. Map.Split('\n').Where(line => line.Length > 0 && !line.StartsWith(' '))];

    /// <summary>Returns the names at the beginning of lines, up to the two spaces before their description.</summary>
    private static IEnumerable<string> Named(IEnumerable<string> lines) => lines
        .Select(line => line.Trim().Split("  ")[0])
        .SelectMany(names => names.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(@"`(?<file>[\w./]+\.cs)`")]
    private static partial Regex Files();

    [GeneratedRegex(@"^## Rooms\n+```\n(?<map>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex OneMap();
}
