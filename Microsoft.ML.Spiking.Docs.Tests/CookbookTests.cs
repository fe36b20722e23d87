using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Docs.Tests;

/// <summary>Every recipe is run as its reader would: the program beside the file of the index page.</summary>
[TestClass]
public sealed partial class CookbookTests
{
    private const string GoodAccuracy = @"(8\d|9\d|100)(\.\d)? ?%";

    // What a recipe must print, or the file that it must leave.
    private static readonly Dictionary<string, string> Outputs = new()
    {
        ["table"] = $"accuracy {GoodAccuracy}\r?\nleaves, probability",
        ["text"] = $"accuracy {GoodAccuracy}\r?\nbad",
        ["images"] = $"accuracy {GoodAccuracy}",
        ["transfer-learning"] = $"accuracy {GoodAccuracy}",
        ["yes-or-no"] = @"area under the ROC curve 0\.9\d|area under the ROC curve 1\.00",
        ["rare-classes"] = "mean recall of the classes [6-9]",
        ["validation"] = $"accuracy on rows that the training has not seen {GoodAccuracy}",
        ["cross-validation"] = $"accuracy {GoodAccuracy}, from ",
        ["progress"] = @"epoch 10, loss 0\.\d+ done",
        ["checkpoints"] = @"^stopped\r?\nepoch 6\r?\nepoch 7\r?\nepoch 8\r?\n$",
        ["sweep"] = "accuracy [6-9]",
        ["retraining"] = $"accuracy {GoodAccuracy}\r?\naccuracy {GoodAccuracy}",
        ["own-network"] = $"accuracy {GoodAccuracy}",
        ["calibration"] = "[Cc]alibration error",
        ["explanation"] = @"PlanVector\.basic +\d",
        ["energy"] = "pJ|uJ|nJ",
        ["serving"] = "^[1-9][0-9]* engines for 100 requests",
        ["batch-scoring"] = "file predictions.csv",
        ["partitions"] = "^task 1: 150 rows\r?\ntask 2: 150 rows\r?\ntask 3: 100 rows\r?\n$",
        ["onnx"] = "^[1-9][0-9]* KB",
        ["smaller"] = "bytes before, ",
        ["lif"] = "file network.nir",
        ["events"] = $"accuracy {GoodAccuracy}",
        ["live"] = @"step 12: class 1, ([6-9]\d|100) ?%",
    };

    public static IEnumerable<object[]> Names => Recipe.Names.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Recipe_Program_RunsAndDoesWhatItSays(string name)
    {
        Assert.Contains(name, Outputs.Keys, "A new recipe needs a line in Outputs.");
        string folder = Directory.CreateTempSubdirectory("spiking-cookbook-").FullName;
        try
        {
            string output = new Recipe(name).Run(folder);

            if (Outputs[name].Split("file ") is ["", string file])
            {
                Assert.IsGreaterThan(1000, new FileInfo(Path.Combine(folder, file)).Length, output);
            }
            else
            {
                Assert.MatchesRegex(Outputs[name], output);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void Index_ListsEveryRecipeOnce()
    {
        string[] listed = [.. Links().Matches(File.ReadAllText(Path.Combine(Repository.Cookbook, "index.md")))
            .Select(link => link.Groups[1].Value).Order(StringComparer.Ordinal)];

        Assert.AreSequenceEqual(Recipe.Names.Append("troubleshooting").Order(StringComparer.Ordinal), listed);
        Assert.IsGreaterThanOrEqualTo(20, listed.Length);
    }

    [GeneratedRegex(@"^\| \[[^\]]+\]\(([a-z-]+)\.md\)", RegexOptions.Multiline)]
    private static partial Regex Links();
}
