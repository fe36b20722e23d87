using System.Reflection;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>README.md and the pages of docs/: their examples compile, and the names in them exist.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    private const int MaximumUsings = 3, MaximumReadmeLines = 200, MaximumLineLength = 120;

    public static IEnumerable<object[]> Pages => Page.All.Select(page => new object[] { page.Path });

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void Page_EveryExample_CompilesWithTheUsingsItShows(string path)
    {
        foreach (Snippet snippet in new Page(path).Snippets())
        {
            string[] errors = snippet.Errors();

            Assert.IsEmpty(errors, $"{snippet.Place}\n{string.Join('\n', errors)}");
            Assert.IsLessThanOrEqualTo(MaximumUsings, snippet.UsingCount, snippet.Place);
        }
    }

    [TestMethod]
    public void Examples_OfAllPages_AreFound() =>
        Assert.IsGreaterThan(10, Page.All.Sum(page => page.Snippets().Count)); // else the others would pass without one

    [TestMethod]
    public void Example_WithoutItsUsings_DoesNotCompile()
    {
        Snippet program = new Page("README.md").Snippets()[0];

        Assert.IsNotEmpty((program with { Usings = "" }).Errors());
    }

    /// <summary>Examples that need no data do what their comments say.</summary>
    [TestMethod]
    [DataRow("docs/images.md", "SpikingClifRecipes.Cifar10()")]
    [DataRow("docs/training.md", "new NetworkBuilder()")]
    public void Example_WithoutData_Runs(string path, string content) =>
        new Page(path).Snippets().Single(snippet => snippet.Code.Contains(content, StringComparison.Ordinal)).Run();

    /// <summary>The README's program, on flowers whose measurements are far from zero.</summary>
    [TestMethod]
    public void Readme_Program_LearnsAndPredicts()
    {
        using var folder = new TemporaryFolder();
        string[] classes = ["setosa", "versicolor", "virginica"];
        File.WriteAllLines(Path.Combine(folder.Path, "iris.csv"), Enumerable.Range(0, 240).Select(row =>
            $"{290 + (row % 3)},{2020 + (row % 3 * 2)},{row % 5},{row % 7},{classes[row % 3]}"));
        string before = Environment.CurrentDirectory;
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        try
        {
            Environment.CurrentDirectory = folder.Path;
            Console.SetOut(output);
            new Page("README.md").Snippets()[0].Run();
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
        }

        Match accuracy = Accuracy().Match(output.ToString());
        Assert.IsTrue(accuracy.Success, output.ToString());
        Assert.IsGreaterThan(90, int.Parse(accuracy.Groups[1].Value, null));
        Assert.Contains(name => output.ToString().Contains($"{name}, probability", StringComparison.Ordinal), classes);
    }

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void Page_SettingsThatItNames_Exist(string path)
    {
        Assembly sweeps = Assembly.LoadFrom(Folders.SweepsAssembly);
        HashSet<string> properties =
        [
            .. typeof(SpikingClifTrainer).Assembly.GetExportedTypes().Concat(sweeps.GetExportedTypes())
                .SelectMany(type => type.GetProperties()).Select(property => property.Name),
        ];

        foreach (string name in Settings().Matches(new Page(path).Prose()).Select(match => match.Groups["name"].Value))
        {
            Assert.Contains(name, properties, $"{path}: `{name} = ...`");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void Page_LinksInTheRepository_LeadSomewhere(string path)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Folders.Root, path))!;
        foreach (string target in Links().Matches(new Page(path).Prose()).Select(match => match.Groups["target"].Value))
        {
            string[] parts = target.Split('#');
            string file = parts[0].Length == 0 ? Path.Combine(Folders.Root, path) : Path.Combine(folder, parts[0]);

            Assert.IsTrue(Path.Exists(file), $"{path}: {target}");
            if (parts.Length > 1)
            {
                string[] anchors =
                    [.. Headings().Matches(File.ReadAllText(file)).Select(heading => Anchor(heading.Groups[1].Value))];
                Assert.Contains(parts[1], anchors, $"{path}: {target}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void Page_Lines_FitTheLimit(string path)
    {
        if (path is "docs/architecture.md" or "CHANGELOG.md") // written by many at once
        {
            return;
        }
        string[] lines = new Page(path).Text.Split('\n');
        string[] tooLong = [.. lines.Where(line => line.Length > MaximumLineLength // tables and links cannot be broken
            && !line.StartsWith('|') && !line.Contains("](", StringComparison.Ordinal))];

        Assert.IsEmpty(tooLong, $"{path}\n{string.Join('\n', tooLong)}");
        Assert.IsTrue(path != "README.md" || lines.Length <= MaximumReadmeLines, $"{path} has {lines.Length} lines.");
    }

    /// <summary>Returns the anchor that GitHub gives a heading.</summary>
    private static string Anchor(string heading) =>
        NotInAnchors().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"^accuracy (\d+)", RegexOptions.Multiline)]
    private static partial Regex Accuracy();

    [GeneratedRegex(@"`(?<name>[A-Z]\w+) = ")]
    private static partial Regex Settings();

    [GeneratedRegex(@"\]\((?!https?:)(?<target>[^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
